# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Counts the words of texts, as the compiled scorer finds them."""

from cpython.unicode cimport (
    PyUnicode_DATA,
    PyUnicode_FromKindAndData,
    PyUnicode_GET_LENGTH,
    PyUnicode_KIND,
    PyUnicode_READ,
)
from libc.stdint cimport int32_t, int64_t, uint64_t
from libc.stdlib cimport calloc, free, realloc

cdef extern from "../model/_words.h":
    ctypedef struct Word:
        Py_ssize_t start
        Py_ssize_t end
        uint64_t hash
    void words_prepare() noexcept nogil
    Py_UCS4 words_fold(Py_UCS4) noexcept nogil
    bint words_next(int, const void*, Py_ssize_t, Py_ssize_t, Word*) noexcept nogil
    bint words_need_lower(int, const void*, Py_ssize_t) noexcept nogil

words_prepare()

cdef enum:
    LATEST_FORM = 4  # bytes of a code point in the store of terms


cdef struct Term:
    uint64_t hash
    Py_ssize_t start
    Py_ssize_t length
    Py_ssize_t last_text
    Py_ssize_t place


cdef class Counter:
    """Numbers terms in the order in which they first appear, and counts them text by text."""

    cdef Term* terms
    cdef Py_UCS4* letters
    cdef int32_t* slots
    cdef int32_t* columns
    cdef int32_t* counts
    cdef Py_ssize_t n_terms, n_letters, n_slots, n_values, n_texts
    cdef Py_ssize_t most_terms, most_letters, most_values

    def __cinit__(self):
        self.n_slots = 1 << 16
        self.slots = <int32_t*> calloc(self.n_slots, sizeof(int32_t))
        if self.slots == NULL:
            raise MemoryError

    def __dealloc__(self):
        free(self.terms)
        free(self.letters)
        free(self.slots)
        free(self.columns)
        free(self.counts)

    cdef int add(self, str text) except -1:
        """Count one text's words; return 0."""
        if text is None:
            raise TypeError("a text is None")
        if words_need_lower(PyUnicode_KIND(text), PyUnicode_DATA(text), PyUnicode_GET_LENGTH(text)):
            text = text.lower()
        cdef int kind = PyUnicode_KIND(text)
        cdef void* data = PyUnicode_DATA(text)
        cdef Py_ssize_t length = PyUnicode_GET_LENGTH(text), at = 0
        cdef Word word
        cdef int32_t term
        while words_next(kind, data, length, at, &word):
            at = word.end
            term = self.find(kind, data, &word)
            if self.terms[term].last_text == self.n_texts:
                self.counts[self.terms[term].place] += 1
                continue
            if self.n_values == self.most_values:
                self.most_values = grown(self.most_values)
                self.columns = <int32_t*> resized(self.columns, self.most_values, sizeof(int32_t))
                self.counts = <int32_t*> resized(self.counts, self.most_values, sizeof(int32_t))
            self.terms[term].last_text, self.terms[term].place = self.n_texts, self.n_values
            self.columns[self.n_values], self.counts[self.n_values] = term, 1
            self.n_values += 1
        self.n_texts += 1
        return 0

    cdef int32_t find(self, int kind, const void* data, const Word* word) except -1:
        """Return the word's number, a new one if it is new."""
        cdef Py_ssize_t slot = <Py_ssize_t> (word.hash & <uint64_t> (self.n_slots - 1))
        cdef int32_t term
        while True:
            term = self.slots[slot] - 1
            if term < 0:
                break
            if self.terms[term].hash == word.hash and self.same(term, kind, data, word):
                return term
            slot = (slot + 1) & (self.n_slots - 1)
        self.keep(kind, data, word)
        self.slots[slot] = <int32_t> self.n_terms
        if 2 * self.n_terms > self.n_slots:
            self.spread()
        return <int32_t> (self.n_terms - 1)

    cdef bint same(self, int32_t term, int kind, const void* data, const Word* word) noexcept:
        """Return whether the word is this term, letter by letter."""
        cdef Py_ssize_t at, length = word.end - word.start
        cdef const Py_UCS4* letters = self.letters + self.terms[term].start
        if self.terms[term].length != length:
            return False
        for at in range(length):
            if letters[at] != words_fold(PyUnicode_READ(kind, <void*> data, word.start + at)):
                return False
        return True

    cdef int keep(self, int kind, const void* data, const Word* word) except -1:
        """Store a new term; return 0."""
        cdef Py_ssize_t at, length = word.end - word.start
        if self.n_terms == self.most_terms:
            self.most_terms = grown(self.most_terms)
            self.terms = <Term*> resized(self.terms, self.most_terms, sizeof(Term))
        if self.n_letters + length > self.most_letters:
            self.most_letters = grown(self.most_letters + length)
            self.letters = <Py_UCS4*> resized(self.letters, self.most_letters, sizeof(Py_UCS4))
        for at in range(length):
            self.letters[self.n_letters + at] = words_fold(
                PyUnicode_READ(kind, <void*> data, word.start + at)
            )
        self.terms[self.n_terms].hash = word.hash
        self.terms[self.n_terms].start, self.terms[self.n_terms].length = self.n_letters, length
        self.terms[self.n_terms].last_text = -1
        self.n_letters += length
        self.n_terms += 1
        return 0

    cdef int spread(self) except -1:
        """Double the slots; return 0."""
        cdef int32_t* slots = <int32_t*> calloc(2 * self.n_slots, sizeof(int32_t))
        cdef Py_ssize_t term, slot
        if slots == NULL:
            raise MemoryError
        free(self.slots)
        self.slots = slots
        self.n_slots *= 2
        for term in range(self.n_terms):
            slot = <Py_ssize_t> (self.terms[term].hash & <uint64_t> (self.n_slots - 1))
            while self.slots[slot]:
                slot = (slot + 1) & (self.n_slots - 1)
            self.slots[slot] = <int32_t> (term + 1)
        return 0

    cdef list words(self):
        """Return all terms in the order of their numbers."""
        return [
            PyUnicode_FromKindAndData(
                LATEST_FORM, self.letters + self.terms[term].start, self.terms[term].length
            )
            for term in range(self.n_terms)
        ]


def count_words(list texts not None, int64_t[::1] starts not None):
    """Count the words of *texts*.

    Parameters
    ----------
    texts : list of str
    starts : ndarray of shape (len(texts) + 1,), int64
        Becomes the place where each text's values start.

    Returns
    -------
    terms : list of str
        All terms, in the order in which they first appear.
    columns, counts : bytearray of int32
        For each text the numbers of its terms, in the order in which they first appear in it, and
        how often each does.
    """
    cdef Counter counter = Counter()
    cdef Py_ssize_t at = 0
    starts[0] = 0
    for text in texts:
        counter.add(text)
        at += 1
        starts[at] = counter.n_values
    return (
        counter.words(),
        bytearray_of(counter.columns, counter.n_values),
        bytearray_of(counter.counts, counter.n_values),
    )


cdef bytearray bytearray_of(const int32_t* values, Py_ssize_t n):
    return bytearray((<const char*> values)[: n * <Py_ssize_t> sizeof(int32_t)]) if n else bytearray()


cdef Py_ssize_t grown(Py_ssize_t size) noexcept:
    return 2 * size + 1024


cdef void* resized(void* block, Py_ssize_t n, size_t size) except NULL:
    cdef void* moved = realloc(block, n * size)
    if moved == NULL:
        raise MemoryError
    return moved
