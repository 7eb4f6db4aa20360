# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""From text to scores in one compiled pass, without the GIL: words, look-up, TF-IDF, weights."""

from cython cimport final

from cpython.buffer cimport (
    PyBUF_C_CONTIGUOUS,
    PyBUF_FORMAT,
    PyBUF_WRITABLE,
    PyBuffer_Release,
    PyObject_GetBuffer,
)
from cpython.unicode cimport (
    PyUnicode_DATA,
    PyUnicode_DecodeUTF8,
    PyUnicode_GET_LENGTH,
    PyUnicode_KIND,
)
from libc.math cimport log, sqrt
from libc.stdint cimport UINT32_MAX, int8_t, int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memcmp, memset

cdef extern from "_words.h":
    ctypedef struct Word:
        Py_ssize_t start
        Py_ssize_t end
        uint64_t hash
    void words_prepare() noexcept nogil
    uint64_t words_pair(uint64_t, uint64_t) noexcept nogil
    bint words_next(int, const void*, Py_ssize_t, Py_ssize_t, Word*) noexcept nogil
    Py_UCS4 words_at "PyUnicode_READ" (int, const void*, Py_ssize_t) noexcept nogil
    bint words_need_lower(int, const void*, Py_ssize_t) noexcept nogil

cdef extern from "_rows.h":
    enum:
        ROWS_STEP
        ROWS_LONG
    int rows_narrow
    void rows_add(
        float*, const int8_t*, size_t, const uint32_t*, const float*, size_t, float
    ) noexcept nogil

cdef extern from *:
    str PyUnicode_FromKindAndData(int, const void*, Py_ssize_t)
    Py_ssize_t PyUnicode_FindChar(str, Py_UCS4, Py_ssize_t, Py_ssize_t, int) except -2
    void fetch "__builtin_prefetch" (const void*) noexcept nogil

words_prepare()

cdef enum:
    AT_ONCE = 32  # words that are looked up together, so that their slots come in the meantime
    LINE = 64  # bytes that the processor fetches at a time
    MOST_TERMS = (1 << 24) - 1
    LINE_FEED = 10
    FEW = 2  # texts whose places need no memory of their own: those of one article
    WRITABLE_DOUBLES = PyBUF_WRITABLE | PyBUF_C_CONTIGUOUS | PyBUF_FORMAT


class SameHashError(ValueError):
    """Two terms of a field have the same hash, and only these look-ups would confuse them."""


include "_texts.pxi"
include "_places.pxi"
include "_field.pxi"
include "_lookups.pxi"
include "_bag.pxi"
include "_desk.pxi"
include "_sights.pxi"
include "_evidence.pxi"


@final
cdef class Scorer:
    """Scores articles by fields that have the same topics; safe to share between threads.

    Parameters
    ----------
    article, headline : Field
        What reads headline and text, and what reads the headline alone.
    pairs : Field or None
        What reads headline and text as words and as pairs of adjacent words.
    intercept : buffer of shape (n_topics,), float64
    """

    cdef Field article, headline, pairs
    cdef bint has_pairs
    cdef list desks
    cdef const double[::1] intercept

    def __cinit__(
        self,
        Field article not None,
        Field headline not None,
        Field pairs,
        const double[::1] intercept not None,
    ):
        self.has_pairs, self.desks = pairs is not None, []
        self.article, self.headline, self.intercept = article, headline, intercept
        self.pairs = pairs if self.has_pairs else headline
        if not article.width == headline.width == self.pairs.width >= intercept.shape[0]:
            raise ValueError("the fields do not have the same topics")

    def score(self, articles not None, scores not None, known not None):
        """Score articles, each by itself.

        Parameters
        ----------
        articles : collection of Article
        scores : buffer of shape (n_articles, n_topics), float64
            Becomes the decision scores.
        known : buffer of shape (n_articles,), float64
            Becomes the share of each article's tokens that are in the vocabulary.
        """
        cdef list held = texts_of(articles)
        cdef Py_ssize_t n = len(held) // 2
        cdef Py_buffer to_scores, to_known
        PyObject_GetBuffer(scores, &to_scores, WRITABLE_DOUBLES)
        try:
            PyObject_GetBuffer(known, &to_known, WRITABLE_DOUBLES)
            try:
                must_fit(&to_scores, n * self.intercept.shape[0])
                must_fit(&to_known, n)
                self.read(held, <double*> to_scores.buf, <double*> to_known.buf)
            finally:
                PyBuffer_Release(&to_known)
        finally:
            PyBuffer_Release(&to_scores)

    cdef int read(self, list held, double* scores, double* known) except -1:
        """Score the articles whose headlines and texts are *held* in turn; return 0."""
        cdef Py_ssize_t n = len(held), at
        cdef Text[FEW] few
        cdef Text* texts = few
        cdef bint enough = True
        # A desk that is in use is in no list, so that no two threads have the same.
        cdef Desk desk = self.desks.pop() if self.desks else self.new_desk()
        if n > FEW:
            texts = <Text*> malloc(n * sizeof(Text))
            if texts == NULL:
                raise MemoryError
        for at in range(n):
            texts[at] = reading(held[at])
        with nogil:
            enough = self.read_all(texts, n, desk, scores, known)
        if texts != few:
            free(texts)
        if not enough:
            raise MemoryError
        self.desks.append(desk)
        return 0

    def score_packed(
        self,
        const uint8_t[::1] data not None,
        const int64_t[:, :, ::1] places not None,
        double[:, ::1] scores not None,
        double[::1] known not None,
    ):
        """Score articles whose headlines and texts stand somewhere in memory.

        Parameters
        ----------
        data : buffer of shape (n_bytes,), uint8
        places : buffer of shape (n_articles, 2, 3), int64
            As of :class:`copytaster.model.packed.Packed`.
        scores, known : buffers of shape (n_articles, n_topics) and (n_articles,), float64
            As for :meth:`score`.
        """
        cdef Py_ssize_t n = places.shape[0], at
        cdef Text* texts
        cdef bint enough
        cdef list held = []
        cdef Desk desk
        if not n == scores.shape[0] == known.shape[0] or places.shape[1] != 2:
            raise ValueError("not as many scores as articles")
        if scores.shape[1] != self.intercept.shape[0] or places.shape[2] != 3:
            raise ValueError("not as many scores as topics")
        if n == 0:
            return
        desk = self.desks.pop() if self.desks else self.new_desk()
        texts = <Text*> malloc(2 * n * sizeof(Text))
        if texts == NULL:
            raise MemoryError
        try:
            for at in range(2 * n):
                texts[at] = placed(data, &places[at // 2, at % 2, 0], held)
            with nogil:
                enough = self.read_all(texts, 2 * n, desk, &scores[0, 0], &known[0])
        finally:
            free(texts)
        if not enough:
            raise MemoryError
        self.desks.append(desk)

    cdef bint read_all(
        self, const Text* texts, Py_ssize_t n, Desk desk, double* scores, double* known
    ) noexcept nogil:
        """Score articles of a headline and a text each; return whether there was memory."""
        cdef Py_ssize_t at
        for at in range(0, n, 2):
            desk.begun = False
            if not (self.add(&texts[at], desk, True) and self.add(&texts[at + 1], desk, False)):
                return False
            known[at // 2] = desk.whole.known()
            self.write(desk, scores + at // 2 * self.intercept.shape[0])
        return True

    def explain(self, str headline, str text, Py_ssize_t places):
        """Return the explanation of an article, with so many places of each term."""
        cdef Field pairs = self.pairs if self.has_pairs else None
        cdef Explanation found = Explanation(self.article, self.headline, pairs, places)
        found.read(headline, text)
        return found

    def look_up(self, list headlines not None, list texts not None):
        """Return how many tokens are known: what scoring cannot do without, for measuring."""
        cdef Py_ssize_t n_known = 0
        cdef Text text
        for headline, body in zip(headlines, texts, strict=True):
            headline, body = lowered(headline), lowered(body)
            text = reading(headline)
            n_known += look_up(self.article, &text)
            look_up(self.headline, &text)
            text = reading(body)
            n_known += look_up(self.article, &text)
        return n_known

    cdef Desk new_desk(self):
        return Desk(self.article, self.headline, self.pairs)

    cdef bint add(self, const Text* text, Desk desk, bint is_headline) noexcept nogil:
        """Add a text's terms to the article; return whether there was memory for them."""
        cdef uint64_t[AT_ONCE] hashes, paired
        cdef Py_ssize_t at = 0
        cdef int n = AT_ONCE, n_paired, each
        while n == AT_ONCE:
            n = fetched(self.article, text, &at, hashes)
            if not (desk.whole.has_room() and desk.short.has_room() and desk.paired.has_room()):
                return False
            desk.whole.n_tokens += n
            desk.whole.put(hashes, n)
            if is_headline:
                desk.short.put(hashes, n)
            if self.has_pairs:
                n_paired = 0
                for each in range(n):
                    if desk.begun:
                        paired[n_paired] = words_pair(desk.before, hashes[each])
                        n_paired += 1
                    desk.before, desk.begun = hashes[each], True
                desk.paired.put(hashes, n)
                desk.paired.put(paired, n_paired)
        return True

    cdef void write(self, Desk desk, double* scores) noexcept nogil:
        """Write the article's scores, and clear the desk."""
        cdef Py_ssize_t topic
        memset(desk.sums, 0, self.article.width * sizeof(float))
        desk.whole.finish(desk.sums)
        desk.short.finish(desk.sums)
        if self.has_pairs:
            desk.paired.finish(desk.sums)
        for topic in range(self.intercept.shape[0]):
            scores[topic] = self.intercept[topic] + desk.sums[topic]


cdef list texts_of(articles):
    """Return each article's headline and text, as they are read."""
    cdef list found = []
    for article in articles:
        found.append(lowered(article.headline))
        found.append(lowered(article.text))
    return found


cdef int must_fit(const Py_buffer* found, Py_ssize_t n) except -1:
    """Refuse a buffer of anything but *n* float64; return 0."""
    if found.itemsize != sizeof(double) or found.format[0] != b"d" or found.len != n * 8:
        raise ValueError("not as many float64 as articles and topics need")
    return 0


def set_narrow(bint narrow):
    """Do without wide registers, or not: scores do not depend on it."""
    global rows_narrow
    rows_narrow = narrow
