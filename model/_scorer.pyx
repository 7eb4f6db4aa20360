# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""From text to scores in one compiled pass, without the GIL: words, look-up, TF-IDF, weights."""

from cpython.unicode cimport PyUnicode_DATA, PyUnicode_GET_LENGTH, PyUnicode_KIND
from libc.math cimport log, sqrt
from libc.stdint cimport int8_t, int32_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memset

cdef extern from "_words.h":
    ctypedef struct Word:
        Py_ssize_t start
        Py_ssize_t end
        uint64_t hash
    void words_prepare() noexcept nogil
    bint words_next(int, const void*, Py_ssize_t, Py_ssize_t, Word*) noexcept nogil
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

#: Columns of the weights are padded to a multiple of so many.
STEP = ROWS_STEP

cdef enum:
    AT_ONCE = 32  # words that are looked up together, so that their slots come in the meantime
    LINE = 64  # bytes that the processor fetches at a time
    MOST_TERMS = (1 << 24) - 1

include "_texts.pxi"
include "_field.pxi"
include "_bag.pxi"


cdef class Scorer:
    """Scores articles by two fields that have the same topics; safe to share between threads.

    Parameters
    ----------
    article, headline : Field
        What reads headline and text, and what reads the headline alone.
    intercept : buffer of shape (n_topics,), float64
    """

    cdef Field article, headline
    cdef const double[::1] intercept

    def __cinit__(
        self, Field article not None, Field headline not None, const double[::1] intercept not None
    ):
        if article.width != headline.width or intercept.shape[0] > article.width:
            raise ValueError("the fields do not have the same topics")
        self.article, self.headline, self.intercept = article, headline, intercept

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
        cdef Text* read = <Text*> malloc((2 * n + 1) * sizeof(Text))
        cdef float* sums = <float*> malloc(self.article.width * sizeof(float))
        cdef Bag whole, short
        cdef bint enough = read != NULL and sums != NULL
        memset(&whole, 0, sizeof(Bag))
        memset(&short, 0, sizeof(Bag))
        try:
            if not enough:
                raise MemoryError
            for at in range(2 * n):
                read[at] = reading(held[at])
            with nogil:
                for at in range(n):
                    enough = (
                        self.add(&read[at], &whole, &short)
                        and self.add(&read[n + at], &whole, NULL)
                    )
                    if not enough:
                        break
                    known[at] = <double> whole.n_known / max(whole.n_tokens, 1)
                    memset(sums, 0, self.article.width * sizeof(float))
                    finish(self.article, &whole, sums)
                    finish(self.headline, &short, sums)
                    self.write(sums, &scores[at, 0])
            if not enough:
                raise MemoryError
        finally:
            free(read)
            free(sums)
            emptied(&whole)
            emptied(&short)

    def look_up(self, list headlines not None, list texts not None):
        """Return how many tokens are known, for measuring: all of the work but the sums."""
        cdef Py_ssize_t n_known = 0
        cdef Text text
        cdef Bag whole, short
        memset(&whole, 0, sizeof(Bag))
        memset(&short, 0, sizeof(Bag))
        for headline, body in zip(headlines, texts, strict=True):
            for part in (headline, body):
                part = lowered(part)
                text = reading(part)
                self.add(&text, &whole, &short if part is headline else NULL)
            n_known += whole.n_known
            cleared(&whole)
            cleared(&short)
        emptied(&whole)
        emptied(&short)
        return n_known

    cdef bint add(self, const Text* text, Bag* whole, Bag* short) noexcept nogil:
        """Add a text's known terms to the article's bag and, if any, to the headline's."""
        cdef Word[AT_ONCE] words
        cdef Py_ssize_t at = 0
        cdef int n = AT_ONCE, each
        while n == AT_ONCE:
            n = 0
            while n < AT_ONCE and words_next(text.kind, text.data, text.length, at, &words[n]):
                at = words[n].end
                fetch(&self.article.slots[words[n].hash & self.article.mask])
                n += 1
            for each in range(n):
                if not put(whole, self.article, words[each].hash):
                    return False
                if short != NULL and not put(short, self.headline, words[each].hash):
                    return False
        return True

    cdef void write(self, const float* sums, double* scores) noexcept nogil:
        cdef Py_ssize_t topic
        for topic in range(self.intercept.shape[0]):
            scores[topic] = self.intercept[topic] + sums[topic]


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
