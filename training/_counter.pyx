# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Counts the words of texts, as the compiled scorer finds them, their pairs, and their company."""

from cpython.unicode cimport (
    PyUnicode_DATA,
    PyUnicode_FromKindAndData,
    PyUnicode_GET_LENGTH,
    PyUnicode_KIND,
    PyUnicode_READ,
)
from cython cimport final
from libc.stdint cimport int32_t, int64_t, uint64_t
from libc.stdlib cimport calloc, free, realloc

cdef extern from "../model/_words.h":
    ctypedef struct Word:
        Py_ssize_t start
        Py_ssize_t end
        uint64_t hash
    void words_prepare() noexcept nogil
    Py_UCS4 words_fold(Py_UCS4) noexcept nogil
    uint64_t words_mix(uint64_t, Py_UCS4) noexcept nogil
    uint64_t words_finish(uint64_t) noexcept nogil
    uint64_t words_pair(uint64_t, uint64_t) noexcept nogil
    bint words_next(int, const void*, Py_ssize_t, Py_ssize_t, Word*) noexcept nogil
    bint words_need_lower(int, const void*, Py_ssize_t) noexcept nogil

include "../model/_texts.pxi"
include "_numbers.pxi"
include "_terms.pxi"
include "_pairs.pxi"
include "_tally.pxi"
include "_company.pxi"

words_prepare()


cdef inline bint following(const Text* text, Word* word) noexcept:
    """Make *word* the text's next one; return whether there is one."""
    return words_next(text.kind, text.data, text.length, word.end, word)


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
    counted : tuple of two bytearray of int32
        For each text the numbers of its terms, in the order in which they first appear in it, and
        how often each does.
    """
    cdef Terms terms = Terms()
    cdef Tally tally = Tally()
    cdef Py_ssize_t at
    cdef Text text
    cdef Word word
    cdef str held
    starts[0] = 0
    for at in range(len(texts)):
        held = lowered(texts[at])
        text, word.end = reading(held), 0
        while following(&text, &word):
            tally.add(terms.find(&text, &word))
        starts[at + 1] = tally.end_text()
    return terms.words(), tally.found()


def count_pairs(list texts not None, int64_t[:, ::1] starts not None):
    """Count the words of *texts*, and the pairs of adjacent ones.

    Parameters
    ----------
    texts : list of str
    starts : ndarray of shape (2, len(texts) + 1), int64
        Becomes the place where each text's values start: those of words, those of pairs.

    Returns
    -------
    terms : list of str
        All words, in the order in which they first appear.
    pairs : bytearray of int32
        Both words' numbers of all pairs, in the order in which they first appear.
    words_counted, pairs_counted : tuple of two bytearray of int32
        As those of :func:`count_words`.
    """
    cdef Terms terms = Terms()
    cdef Pairs pairs = Pairs()
    cdef Tally words_tally = Tally(), pairs_tally = Tally()
    cdef Py_ssize_t at
    cdef int32_t before, term
    cdef Text text
    cdef Word word
    cdef str held
    starts[:, 0] = 0
    for at in range(len(texts)):
        held = lowered(texts[at])
        text, word.end, before = reading(held), 0, -1
        while following(&text, &word):
            term = terms.find(&text, &word)
            words_tally.add(term)
            if before >= 0:
                pairs_tally.add(pairs.find(before, term))
            before = term
        starts[0, at + 1], starts[1, at + 1] = words_tally.end_text(), pairs_tally.end_text()
    return terms.words(), pairs.words(), words_tally.found(), pairs_tally.found()


def find_rows(list texts not None, list terms not None, Py_ssize_t gap):
    """Return the row of each word of *texts* among *terms*, -1 for others, as int32.

    So many places of -1 as *gap* says stand before the first text and after each.

    Parameters
    ----------
    texts : list of str
    terms : list of str
        Normalised words, each once.
    gap : int

    Returns
    -------
    bytearray of int32
    """
    cdef Terms known = Terms()
    cdef Sequence rows = Sequence()
    cdef Text text
    cdef Word word
    cdef str held
    for held in terms:
        known.put(held)
    rows.leave(gap)
    for one in texts:
        held = lowered(one)
        text, word.end = reading(held), 0
        while following(&text, &word):
            push(&rows.numbers, known.look(&text, &word))
        rows.leave(gap)
    return bytes_of(&rows.numbers)


@final
cdef class Sequence:
    """Numbers that are freed when no longer held."""

    cdef Numbers numbers

    def __dealloc__(self):
        free(self.numbers.at)

    cdef int leave(self, Py_ssize_t gap) except -1:
        """Append so many -1; return 0."""
        for _ in range(gap):
            push(&self.numbers, -1)
        return 0
