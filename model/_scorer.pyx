# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""From text to scores in one compiled pass, without the GIL: words, look-up, TF-IDF, weights."""

from cpython.unicode cimport (
    PyUnicode_DATA,
    PyUnicode_DecodeUTF8,
    PyUnicode_GET_LENGTH,
    PyUnicode_KIND,
)
from libc.math cimport log, sqrt
from libc.stdint cimport UINT32_MAX, int8_t, int32_t, uint8_t, uint32_t, uint64_t
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
    void fetch "__builtin_prefetch" (const void*) noexcept nogil

words_prepare()

cdef enum:
    AT_ONCE = 32  # words that are looked up together, so that their slots come in the meantime
    LINE = 64  # bytes that the processor fetches at a time
    MOST_TERMS = (1 << 24) - 1
    LINE_FEED = 10


class SameHashError(ValueError):
    """Two terms of a field have the same hash, and only these look-ups would confuse them."""


include "_texts.pxi"
include "_field.pxi"
include "_bag.pxi"
include "_sights.pxi"
include "_evidence.pxi"


cdef class Desk:
    """Room for one article at a time, in every field."""

    cdef Bag whole, short, paired
    cdef float* sums
    cdef uint64_t before  # the hash of the word before
    cdef bint begun  # whether there is one

    def __cinit__(self, Field article not None, Field headline not None, Field pairs not None):
        self.whole, self.short, self.paired = Bag(article), Bag(headline), Bag(pairs)
        self.sums = <float*> malloc(max(article.width, 1) * sizeof(float))
        if self.sums == NULL:
            raise MemoryError

    def __dealloc__(self):
        free(self.sums)


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

    def score(
        self,
        list headlines not None,
        list texts not None,
        double[:, ::1] scores not None,
        double[::1] known not None,
    ):
        """Score articles, each by itself.

        Parameters
        ----------
        headlines, texts : list of str
            As many of each.
        scores : ndarray of shape (n_articles, n_topics), float64
            Becomes the decision scores.
        known : ndarray of shape (n_articles,), float64
            Becomes the share of each article's tokens that are in the vocabulary.
        """
        cdef Py_ssize_t n = len(texts), at
        if not len(headlines) == scores.shape[0] == known.shape[0] == n:
            raise ValueError("not as many headlines, texts and scores")
        if scores.shape[1] != self.intercept.shape[0]:
            raise ValueError("not as many scores as topics")
        cdef list held = [lowered(text) for text in headlines] + [lowered(text) for text in texts]
        # A desk that is in use is in no list, so that no two threads have the same.
        cdef Desk desk = self.desks.pop() if self.desks else self.new_desk()
        cdef Text* read = <Text*> malloc((2 * n + 1) * sizeof(Text))
        cdef bint enough = True
        if read == NULL:
            raise MemoryError
        for at in range(2 * n):
            read[at] = reading(held[at])
        with nogil:
            for at in range(n):
                desk.begun = False
                enough = self.add(&read[at], desk, True) and self.add(&read[n + at], desk, False)
                if not enough:
                    break
                known[at] = desk.whole.known()
                self.write(desk, &scores[at, 0])
        free(read)
        if not enough:
            raise MemoryError
        self.desks.append(desk)

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
        cdef Word[AT_ONCE] words
        cdef Py_ssize_t at = 0
        cdef int n = AT_ONCE, each
        while n == AT_ONCE:
            n = fetched(self.article, text, &at, words)
            if not (desk.whole.has_room() and desk.short.has_room() and desk.paired.has_room()):
                return False
            desk.whole.n_tokens += n
            for each in range(n):
                desk.whole.put(words[each].hash)
            if is_headline:
                for each in range(n):
                    desk.short.put(words[each].hash)
            if self.has_pairs:
                for each in range(n):
                    desk.paired.put(words[each].hash)
                    if desk.begun:
                        desk.paired.put(words_pair(desk.before, words[each].hash))
                    desk.before, desk.begun = words[each].hash, True
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


cdef inline int fetched(
    Field field, const Text* text, Py_ssize_t* at, Word* words
) noexcept nogil:
    """Find the next words, have their slots fetched, and return how many words they are."""
    cdef int n = 0
    while n < AT_ONCE and words_next(text.kind, text.data, text.length, at[0], &words[n]):
        at[0] = words[n].end
        fetch(&field.slots[words[n].hash & field.mask])
        n += 1
    return n


cdef Py_ssize_t look_up(Field field, const Text* text) noexcept nogil:
    cdef Word[AT_ONCE] words
    cdef Py_ssize_t at = 0, n_known = 0
    cdef int n = AT_ONCE, each
    while n == AT_ONCE:
        n = fetched(field, text, &at, words)
        for each in range(n):
            n_known += field.find(words[each].hash) != &field.unknown
    return n_known


def set_narrow(bint narrow):
    """Do without wide registers, or not: scores do not depend on it."""
    global rows_narrow
    rows_narrow = narrow


def count_tokens(list texts not None):
    """Return how many tokens the texts have."""
    cdef Py_ssize_t n = 0, at
    cdef Text read
    cdef Word word
    for text in texts:
        text = lowered(text)
        read = reading(text)
        at = 0
        while words_next(read.kind, read.data, read.length, at, &word):
            at, n = word.end, n + 1
    return n
