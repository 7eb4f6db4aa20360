# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Replies in one compiled pass, without the GIL: from scores to topics, confidences and JSON."""

from cpython.unicode cimport PyUnicode_DATA, PyUnicode_GET_LENGTH, PyUnicode_KIND
from libc.math cimport INFINITY, exp, floor, fma
from libc.stdint cimport int32_t
from libc.stdlib cimport free, malloc, qsort, realloc
from libc.string cimport memcpy, strlen

include "_room.pxi"
include "_parts.pxi"
include "_values.pxi"

cdef enum Tier:
    AUTO  # the places of tiers and of reviews are those that service/tally.py gives them
    SUGGEST
    BELOW

cdef const char* TIERS[3]
TIERS[:] = [b'"auto"}', b'"suggest"}', b"null}"]

cdef enum Review:
    NOTHING
    UNFAMILIAR
    LANGUAGE
    GOOD

cdef const char* REVIEWS[4]
REVIEWS[:] = [b'"nothing above threshold"', b'"unfamiliar text"', b'"language"', b"null"]

cdef enum:
    FRAME = 256  # bytes, more than a reply has besides its id, language, model and tags
    MARK = 32  # bytes, more than a tag has besides its topic


cdef struct Chosen:
    double confidence
    int32_t topic
    int32_t tier


cdef int by_confidence(const void* one, const void* other) noexcept nogil:
    """Most confident first; of equals, the topic that stands first in the taxonomy."""
    cdef const Chosen* a = <const Chosen*> one
    cdef const Chosen* b = <const Chosen*> other
    if a.confidence != b.confidence:
        return -1 if a.confidence > b.confidence else 1
    return a.topic - b.topic


cdef class Writer:
    """Writes replies; safe to share between threads.

    Parameters
    ----------
    model : bytes
        The version, as JSON.
    topics : list of bytes
        A tag of each topic as JSON, up to its confidence.
    suggest, auto : buffer of shape (n_topics,), float64
        The scores at which a topic enters each tier.
    knots, logits : buffer of shape (n_topics, n_knots), float64
        The curve from a topic's score to the logit of its confidence.
    slopes : buffer of shape (n_topics, n_knots - 1), float64
        Of its pieces.
    familiar_from : float
        The least share of known tokens, 0 to 1, in a text of the tagger's own kind.
    render : callable
        Makes JSON, bytes, of what needs more than quotation marks.
    """

    cdef bytes model
    cdef list topics
    cdef Part* parts  # where the topics are
    cdef Py_ssize_t n, longest
    cdef const double[::1] suggest, auto
    cdef const double[:, ::1] knots, logits, slopes
    cdef double familiar_from
    cdef object render

    def __cinit__(
        self,
        bytes model not None,
        list topics not None,
        const double[::1] suggest not None,
        const double[::1] auto not None,
        const double[:, ::1] knots not None,
        const double[:, ::1] logits not None,
        const double[:, ::1] slopes not None,
        double familiar_from,
        render,
    ):
        cdef Py_ssize_t at, n = len(topics), n_knots = knots.shape[1]
        if not n == suggest.shape[0] == auto.shape[0] == knots.shape[0]:
            raise ValueError("not as many thresholds and curves as topics")
        if not n == logits.shape[0] == slopes.shape[0] or n_knots < 2:
            raise ValueError("not as many logits and slopes as topics")
        if logits.shape[1] != n_knots or slopes.shape[1] != n_knots - 1:
            raise ValueError("not as many logits and slopes as knots")
        self.model, self.topics, self.n, self.familiar_from = model, topics, n, familiar_from
        self.suggest, self.auto, self.knots = suggest, auto, knots
        self.logits, self.slopes, self.render = logits, slopes, render
        self.parts = <Part*> malloc((n + 1) * sizeof(Part))
        if self.parts == NULL:
            raise MemoryError
        for at in range(n):
            self.parts[at] = part(topics[at])
            self.longest = max(self.longest, self.parts[at].size)

    def __dealloc__(self):
        free(self.parts)

    def write(
        self,
        list ids not None,
        list languages not None,
        const unsigned char[::1] foreign not None,
        const double[:, ::1] scores not None,
        const double[::1] known not None,
        bint everything,
        Py_ssize_t limit,
    ):
        """Return replies as JSON, one an article, and what is to be counted of all.

        Parameters
        ----------
        ids, languages : list of str or int or None
        foreign : buffer of shape (n_articles,), uint8
            1 where the tagger never learnt from the language.
        scores : buffer of shape (n_articles, n_topics), float64
        known : buffer of shape (n_articles,), float64
            Shares, 0 to 1, of known tokens.
        everything : bool
            Whether to report topics below their threshold.
        limit : int
            At most so many tags an article.

        Returns
        -------
        list of bytes, bytes
            The second holds the places of counters, int32: :mod:`copytaster.service.tally`.
        """
        cdef Py_ssize_t n = len(ids), at, start = 0
        cdef list held = []
        if not n == len(languages) == foreign.shape[0] == scores.shape[0] == known.shape[0]:
            raise ValueError("not as many ids, languages and scores")
        if scores.shape[1] != self.n:
            raise ValueError("not as many scores as topics")
        cdef Part* sent = <Part*> malloc((2 * n + 1) * sizeof(Part))
        cdef Py_ssize_t* ends = <Py_ssize_t*> malloc((n + 1) * sizeof(Py_ssize_t))
        cdef Chosen* chosen = <Chosen*> malloc((self.n + 1) * sizeof(Chosen))
        cdef Room text, counts
        cdef Part model = part(self.model)
        cdef bint enough = sent != NULL and ends != NULL and chosen != NULL
        text.data, text.size, text.most = NULL, 0, 0
        counts.data, counts.size, counts.most = NULL, 0, 0
        try:
            for at in range(n if enough else 0):
                held.append(as_json(ids[at], self.render))
                held.append(as_json(languages[at], self.render))
                sent[2 * at], sent[2 * at + 1] = part(held[2 * at]), part(held[2 * at + 1])
            with nogil:
                for at in range(n if enough else 0):
                    enough = self.add(
                        &text, &counts, &sent[2 * at], model, foreign[at], &scores[at, 0],
                        known[at], everything, limit, chosen,
                    )
                    if not enough:
                        break
                    ends[at] = text.size
            if not enough:
                raise MemoryError
            replies = []
            for at in range(n):
                replies.append(text.data[start:ends[at]])
                start = ends[at]
            return replies, counts.data[:counts.size] if counts.size else b""
        finally:
            free(sent)
            free(ends)
            free(chosen)
            free(text.data)
            free(counts.data)

    cdef bint add(
        self, Room* text, Room* counts, const Part* sent, Part model, bint foreign,
        const double* scores, double known, bint everything, Py_ssize_t limit, Chosen* chosen,
    ) noexcept nogil:
        """Write one reply; return whether there was memory for it."""
        cdef bint tagged = False
        cdef Py_ssize_t at, n = self.choose(scores, everything, chosen, &tagged)
        cdef int review = self.review(foreign, known, tagged)
        cdef Chosen* one
        n = min(n, limit)
        if not has_room(counts, (n + 1) * sizeof(int32_t)):
            return False
        if not has_room(
            text, FRAME + sent[0].size + sent[1].size + model.size + n * (self.longest + MARK)
        ):
            return False
        if review != GOOD:
            count(counts, <int32_t> (2 * self.n + review))
        put(text, b'{"id":')
        put_part(text, sent[0])
        put(text, b',"model":')
        put_part(text, model)
        put(text, b',"language":')
        put_part(text, sent[1])
        put(text, b',"known":')
        put_decimal(text, known, 4)
        put(text, b',"review":')
        put(text, REVIEWS[review])
        put(text, b',"tags":[')
        for at in range(n):
            one = &chosen[at]
            if foreign and one.tier == AUTO:
                one.tier = SUGGEST
            if one.tier != BELOW:
                count(counts, 2 * one.topic + one.tier)
            if at:
                put(text, b",")
            put_part(text, self.parts[one.topic])
            put_decimal(text, one.confidence, 6)
            put(text, b',"tier":')
            put(text, TIERS[one.tier])
        put(text, b"]}")
        return True

    cdef Py_ssize_t choose(
        self, const double* scores, bint everything, Chosen* chosen, bint* tagged
    ) noexcept nogil:
        """Find the topics to report, the most confident first; return how many they are."""
        cdef Py_ssize_t topic, n = 0
        cdef double score
        for topic in range(self.n):
            score = scores[topic]
            if not score >= (-INFINITY if everything else self.suggest[topic]):
                continue
            chosen[n].topic = <int32_t> topic
            chosen[n].confidence = self.confidence(topic, score)
            chosen[n].tier = BELOW
            if score >= self.auto[topic]:
                chosen[n].tier = AUTO
            elif score >= self.suggest[topic]:
                chosen[n].tier = SUGGEST
            tagged[0] = tagged[0] or chosen[n].tier != BELOW
            n += 1
        if n > 1:
            qsort(chosen, n, sizeof(Chosen), by_confidence)
        return n

    cdef double confidence(self, Py_ssize_t topic, double score) noexcept nogil:
        """Return the confidence of a score, by the same steps as calibration.Curve."""
        cdef Py_ssize_t low = 0, high = self.knots.shape[1] - 2, middle
        cdef double logit, small
        while low < high:
            middle = (low + high) // 2
            if score < self.knots[topic, middle + 1]:
                high = middle
            else:
                low = middle + 1
        logit = (
            self.logits[topic, low] + (score - self.knots[topic, low]) * self.slopes[topic, low]
        )
        small = exp(-logit if logit >= 0 else logit)
        return (1.0 if logit >= 0 else small) / (1.0 + small)

    cdef Review review(self, bint foreign, double known, bint tagged) noexcept nogil:
        if foreign:
            return LANGUAGE
        if tagged:
            return GOOD
        return UNFAMILIAR if known < self.familiar_from else NOTHING


def decimal(double value, int places):
    """Return a number from 0 to 1, rounded to so many places, 4 or 6, as JSON has it."""
    cdef Room text
    text.data, text.size, text.most = NULL, 0, 0
    if not has_room(&text, MARK):
        raise MemoryError
    put_decimal(&text, value, places)
    found = text.data[:text.size]
    free(text.data)
    return found
