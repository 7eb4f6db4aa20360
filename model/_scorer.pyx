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
    uint64_t words_pair(uint64_t, uint64_t) noexcept nogil
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


cdef struct Bags:
    # What is known so far of one article.
    Bag whole
    Bag short
    Bag paired
    uint64_t before  # the hash of the word before
    bint begun  # whether there is one


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
    cdef const double[::1] intercept

    def __cinit__(
        self,
        Field article not None,
        Field headline not None,
        Field pairs,
        const double[::1] intercept not None,
    ):
        self.has_pairs = pairs is not None
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
        cdef Text* read = <Text*> malloc((2 * n + 1) * sizeof(Text))
        cdef float* sums = <float*> malloc(self.article.width * sizeof(float))
        cdef Bags bags
        cdef bint enough = read != NULL and sums != NULL
        memset(&bags, 0, sizeof(Bags))
        try:
            if not enough:
                raise MemoryError
            for at in range(2 * n):
                read[at] = reading(held[at])
            with nogil:
                for at in range(n):
                    bags.begun = False
                    enough = (
                        self.add(&read[at], &bags, True) and self.add(&read[n + at], &bags, False)
                    )
                    if not enough:
                        break
                    known[at] = <double> bags.whole.n_known / max(bags.whole.n_tokens, 1)
                    self.write(&bags, sums, &scores[at, 0])
            if not enough:
                raise MemoryError
        finally:
            free(read)
            free(sums)
            emptied(&bags.whole)
            emptied(&bags.short)
            emptied(&bags.paired)

    def look_up(self, list headlines not None, list texts not None):
        """Return how many tokens are known: what scoring cannot do without, for measuring."""
        cdef Py_ssize_t n_known = 0
        cdef Text text
        for headline, body in zip(headlines, texts, strict=True):
            headline, body = lowered(headline), lowered(body)
            text = reading(headline)
            n_known += look_up(self.article, &text) + 0 * look_up(self.headline, &text)
            text = reading(body)
            n_known += look_up(self.article, &text)
        return n_known

    cdef bint add(self, const Text* text, Bags* bags, bint is_headline) noexcept nogil:
        """Add a text's known terms to the article; return whether there was memory for them."""
        cdef Word[AT_ONCE] words
        cdef Py_ssize_t at = 0
        cdef int n = AT_ONCE, each
        while n == AT_ONCE:
            n = fetched(self.article, text, &at, words)
            for each in range(n):
                if not put(&bags.whole, self.article, words[each].hash):
                    return False
                if is_headline and not put(&bags.short, self.headline, words[each].hash):
                    return False
                if self.has_pairs and not self.add_pair(bags, words[each].hash):
                    return False
        return True

    cdef bint add_pair(self, Bags* bags, uint64_t hash) noexcept nogil:
        """Add a word, and its pair with the word before, to what reads pairs."""
        if not put(&bags.paired, self.pairs, hash):
            return False
        if bags.begun and not put(&bags.paired, self.pairs, words_pair(bags.before, hash)):
            return False
        bags.before, bags.begun = hash, True
        return True

    cdef void write(self, Bags* bags, float* sums, double* scores) noexcept nogil:
        """Write the article's scores, and empty the bags."""
        cdef Py_ssize_t topic
        memset(sums, 0, self.article.width * sizeof(float))
        finish(self.article, &bags.whole, sums)
        finish(self.headline, &bags.short, sums)
        finish(self.pairs, &bags.paired, sums)
        for topic in range(self.intercept.shape[0]):
            scores[topic] = self.intercept[topic] + sums[topic]


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
            n_known += field.find(words[each].hash) != NULL
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
