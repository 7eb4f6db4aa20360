# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Tells which texts share so many word sequences with others that they may be near-duplicates.

No set of sequences is kept: a place in a table says for all that fall there whether one text has
them or several. Two that meet by chance are taken for shared, so no shared one is overlooked.
"""

from cpython.unicode cimport PyUnicode_DATA, PyUnicode_GET_LENGTH, PyUnicode_KIND
from libc.stdint cimport int32_t, int64_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, realloc

cdef extern from "../model/_words.h":
    ctypedef struct Word:
        Py_ssize_t end
        uint64_t hash
    void words_prepare() noexcept nogil
    uint64_t words_finish(uint64_t) noexcept nogil
    bint words_next_literal(int, const void*, Py_ssize_t, Py_ssize_t, Word*) noexcept nogil
    bint words_need_lower(int, const void*, Py_ssize_t) noexcept nogil

words_prepare()

cdef enum:
    WIDTH = 5  # words in a sequence
    LEAST_BITS = 16
    MOST_BITS = 28  # of places: 1 GB of them
    SEVERAL = -1  # texts fall there; else the number of the one that does, from 1

# Hashes of words are the digits of a number to this base, of which the last five are kept.
cdef uint64_t BASE = 0x9E3779B97F4A7C15
cdef uint64_t OLDEST = BASE * BASE * BASE * BASE * BASE


cdef class Sequences:
    """The hash of each sequence of five words, text by text."""

    cdef uint32_t* hashes
    cdef Py_ssize_t n, most

    def __dealloc__(self):
        free(self.hashes)

    cdef int add(self, str text) except -1:
        """Append the text's sequences; return 0."""
        if text is None:
            raise TypeError("a text is None")
        if words_need_lower(PyUnicode_KIND(text), PyUnicode_DATA(text), PyUnicode_GET_LENGTH(text)):
            text = text.lower()
        cdef Py_ssize_t length = PyUnicode_GET_LENGTH(text)
        cdef Py_ssize_t most = self.n + length // 2 + 1  # a word has two letters or more
        if most > self.most:
            self.hashes = <uint32_t*> resized(self.hashes, 2 * most, sizeof(uint32_t))
            self.most = 2 * most
        self.read(PyUnicode_KIND(text), PyUnicode_DATA(text), length)
        return 0

    cdef void read(self, int kind, const void* data, Py_ssize_t length) noexcept nogil:
        cdef uint64_t latest[WIDTH]
        cdef uint64_t number = 0
        cdef int oldest = 0, missing = WIDTH
        cdef Word word
        word.end = 0
        for oldest in range(WIDTH):
            latest[oldest] = 0
        oldest = 0
        while words_next_literal(kind, data, length, word.end, &word):
            number = number * BASE + word.hash - latest[oldest] * OLDEST
            latest[oldest] = word.hash
            oldest = oldest + 1 if oldest + 1 < WIDTH else 0
            missing -= missing > 0
            if missing == 0:
                self.hashes[self.n] = <uint32_t> words_finish(number)
                self.n += 1


cdef class Table:
    """Which texts fall on each place."""

    cdef int32_t* places
    cdef uint32_t mask

    def __cinit__(self, Py_ssize_t n_sequences):
        cdef int bits = LEAST_BITS
        while bits < MOST_BITS and (<Py_ssize_t> 1 << bits) < 4 * n_sequences:
            bits += 1
        self.mask = (<uint32_t> 1 << bits) - 1
        self.places = <int32_t*> calloc(<size_t> 1 << bits, sizeof(int32_t))
        if self.places == NULL:
            raise MemoryError

    def __dealloc__(self):
        free(self.places)

    cdef void mark(self, const uint32_t* hashes, Py_ssize_t n, int32_t text) noexcept nogil:
        cdef int32_t* place
        cdef Py_ssize_t at
        for at in range(n):
            place = self.places + (hashes[at] & self.mask)
            place[0] = text if place[0] == 0 or place[0] == text else SEVERAL

    cdef void count(
        self, const uint32_t* hashes, Py_ssize_t n, int64_t* shared, int64_t* own
    ) noexcept nogil:
        cdef int32_t* place
        cdef Py_ssize_t at
        for at in range(n):
            place = self.places + (hashes[at] & self.mask)
            if place[0] == SEVERAL:
                shared[0] += 1
            elif place[0]:
                own[0] += 1
                place[0] = 0  # where it comes again in this text it is the same one


def count_shared(list texts not None, int64_t[::1] shared not None, int64_t[::1] own not None):
    """Count the five-word sequences of each of *texts* that others have too.

    Parameters
    ----------
    texts : list of str
        Words are lower-cased; figures count.
    shared : ndarray of shape (len(texts),), int64
        All 0. Becomes how many sequences other texts have too, or more: one that comes twice in
        the text counts twice, and one that shares its place in the table counts as shared.
    own : ndarray of shape (len(texts),), int64
        All 0. Becomes how many different sequences no other text has, or fewer.
    """
    cdef Sequences found = Sequences()
    cdef Py_ssize_t at, n_texts = len(texts)
    ends = [0]
    for text in texts:
        found.add(text)
        ends.append(found.n)
    cdef Table table = Table(found.n)
    for at in range(n_texts):
        table.mark(found.hashes + <Py_ssize_t> ends[at], ends[at + 1] - ends[at], at + 1)
    for at in range(n_texts):
        table.count(
            found.hashes + <Py_ssize_t> ends[at], ends[at + 1] - ends[at], &shared[at], &own[at]
        )


cdef void* resized(void* block, Py_ssize_t n, size_t size) except NULL:
    cdef void* moved = realloc(block, n * size)
    if moved == NULL:
        raise MemoryError
    return moved
