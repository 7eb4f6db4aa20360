# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""A language detector's hot part, without the GIL: bytes through its automaton, weights summed."""

from libc.math cimport log1pf
from libc.stdint cimport int32_t, uint8_t, uint16_t, uint32_t
from libc.stdlib cimport calloc, free

cdef extern from "_halves.h":
    void halves_add(float*, const uint16_t*, Py_ssize_t, float) noexcept nogil

cdef extern from *:
    void fetch "__builtin_prefetch" (const void*) noexcept nogil

cdef enum:
    A_LINE = 32  # halves that the processor fetches at a time


cdef struct Seen:
    int32_t feature  # from 1; 0 is an empty slot
    int32_t times


cdef class Detector:
    """The tables of py3langid's classifier.

    Parameters
    ----------
    moves : buffer of shape (n_rows, 256), uint32
        The state behind each row of states and byte.
    rows : buffer of shape (n_states,), uint32
        Each state's row of moves.
    features : buffer of shape (n_states,), int32
        The feature that each state has found, -1 for none.
    weights : buffer of shape (n_features, n_languages), uint16
        The bits of half-precision floats.

    Raises
    ------
    ValueError
        Where a table points outside another.
    """

    cdef const uint32_t[:, ::1] moves
    cdef const uint32_t[::1] rows
    cdef const int32_t[::1] features
    cdef const uint16_t[:, ::1] weights

    def __cinit__(
        self,
        const uint32_t[:, ::1] moves not None,
        const uint32_t[::1] rows not None,
        const int32_t[::1] features not None,
        const uint16_t[:, ::1] weights not None,
    ):
        cdef Py_ssize_t row, byte, state
        cdef bint whole = moves.shape[1] == 256 and rows.shape[0] == features.shape[0] > 0
        for row in range(moves.shape[0] if whole else 0):
            for byte in range(256):
                whole &= moves[row, byte] < <uint32_t> rows.shape[0]
        for state in range(rows.shape[0] if whole else 0):
            whole &= rows[state] < <uint32_t> moves.shape[0]
            whole &= features[state] < weights.shape[0]
        if not whole:
            raise ValueError("the tables of a detector do not fit each other")
        self.moves, self.rows, self.features, self.weights = moves, rows, features, weights

    cdef inline void fetch_weights(self, int32_t feature) noexcept nogil:
        """Have a feature's weights come while the text is walked through."""
        cdef Py_ssize_t at = 0
        while at < self.weights.shape[1]:
            fetch(&self.weights[feature - 1, at])
            at += A_LINE

    cdef void count(self, const uint8_t[::1] text, Seen* seen, Py_ssize_t mask) noexcept nogil:
        """Count the features in *text*, in a hash table with twice as many slots as bytes."""
        cdef uint32_t state = 0
        cdef int32_t feature
        cdef Py_ssize_t at, slot
        for at in range(text.shape[0]):
            state = self.moves[self.rows[state], text[at]]
            feature = self.features[state] + 1
            if feature > 0:
                slot = <Py_ssize_t> (<uint32_t> feature * <uint32_t> 2654435769U >> 8) & mask
                while seen[slot].feature and seen[slot].feature != feature:
                    slot = (slot + 1) & mask
                if seen[slot].feature == 0:
                    self.fetch_weights(feature)
                seen[slot].feature = feature
                seen[slot].times += 1

    def add(self, const uint8_t[::1] text not None, float[::1] scores not None):
        """Add to each language's score the weights of the features in *text*, times log(1 + n).

        Parameters
        ----------
        text : bytes-like
        scores : buffer of shape (n_languages,), float32

        Returns
        -------
        bool
            Whether there was any feature.
        """
        if scores.shape[0] != self.weights.shape[1]:
            raise ValueError("one score a language")
        cdef Py_ssize_t n_slots = 64
        while n_slots < 2 * text.shape[0]:
            n_slots *= 2
        cdef Seen* seen = <Seen*> calloc(n_slots, sizeof(Seen))
        if seen == NULL:
            raise MemoryError
        cdef Py_ssize_t slot, n_languages = scores.shape[0]
        cdef bint found = False
        with nogil:
            self.count(text, seen, n_slots - 1)
            for slot in range(n_slots):
                if seen[slot].feature:
                    found = True
                    halves_add(
                        &scores[0],
                        &self.weights[seen[slot].feature - 1, 0],
                        n_languages,
                        log1pf(<float> seen[slot].times),
                    )
        free(seen)
        return found
