# The distinct terms of one article in one field, counted.

# 1 + ln(count) of small counts.
cdef double[64] SUBLINEAR
cdef int _count
for _count in range(1, 64):
    SUBLINEAR[_count] = 1.0 + log(<double> _count)


@final
cdef class Bag:
    """Room to count one article's terms in, used again for the next.

    Parameters
    ----------
    field : Field
        Of the terms.
    """

    cdef Field field
    cdef uint32_t* counts  # of each row, and of all unknown words; 0 between articles
    cdef uint32_t* rows  # in the order in which they first appear
    cdef const Slot** slots
    cdef float* factors
    cdef Py_ssize_t n, most, n_tokens

    def __cinit__(self, Field field not None):
        self.field = field
        self.counts = <uint32_t*> calloc(field.n_terms + 1, sizeof(uint32_t))
        if self.counts == NULL or not self.has_room():
            raise MemoryError

    def __dealloc__(self):
        free(self.counts)
        free(self.rows)
        free(<void*> self.slots)
        free(self.factors)

    cdef inline bint has_room(self) noexcept nogil:
        """Return whether there is, or could be made, room for as many terms as come at once."""
        return self.n + 2 * AT_ONCE < self.most or self.widened()

    cdef bint widened(self) noexcept nogil:
        cdef Py_ssize_t most = 2 * self.most + 16 * AT_ONCE
        cdef void* rows = realloc(self.rows, most * sizeof(uint32_t))
        if rows != NULL:
            self.rows = <uint32_t*> rows
        cdef void* slots = realloc(<void*> self.slots, most * sizeof(Slot*))
        if slots != NULL:
            self.slots = <const Slot**> slots
        cdef void* factors = realloc(self.factors, most * sizeof(float))
        if factors != NULL:
            self.factors = <float*> factors
        if rows == NULL or slots == NULL or factors == NULL:
            return False
        self.most = most
        return True

    cdef void put(self, const uint64_t* hashes, int n_hashes) noexcept nogil:
        """Count terms, without a branch on whether one is new: that cannot be foretold."""
        cdef const Slot* slot
        cdef const Slot* slots = self.field.slots
        cdef const Slot* unknown = &self.field.unknown
        cdef uint64_t mask = self.field.mask
        cdef uint32_t* counts = self.counts
        cdef uint32_t row
        cdef const int8_t* weights = self.field.weights
        cdef Py_ssize_t width = self.field.width, near = width if width <= ROWS_LONG else 0
        cdef Py_ssize_t n = self.n, line
        cdef int at
        for at in range(n_hashes):
            slot = slot_of(slots, mask, unknown, hashes[at])
            row = <uint32_t> (slot.key & ~TAG) - 1
            # The row of weights comes in while words are read; a long one later, piece by piece.
            line = 0
            while line < near:
                fetch(weights + <Py_ssize_t> row * width + line)
                line += LINE
            self.rows[n], self.slots[n] = row, slot
            n += counts[row] == 0
            counts[row] += 1
        self.n = n

    cdef inline double known(self) noexcept nogil:
        """Return the share, 0 to 1, of the tokens that are in the vocabulary."""
        cdef Py_ssize_t n_known = self.n_tokens - self.counts[self.field.n_terms]
        return <double> n_known / self.n_tokens if self.n_tokens else 0.0

    cdef void finish(self, float* sums) noexcept nogil:
        """Add the field's part of the scores, and take everything out."""
        cdef Py_ssize_t at, n_known = 0
        cdef double value, square = 0.0
        cdef uint32_t count, row
        cdef const Slot* slot
        for at in range(self.n):
            slot, row = self.slots[at], self.rows[at]
            count = self.counts[row]
            self.counts[row] = 0
            if slot == &self.field.unknown:  # it has no row of weights
                continue
            value = SUBLINEAR[count] if count < 64 else 1.0 + log(<double> count)
            value *= slot.idf
            square += value * value
            self.rows[n_known], self.factors[n_known] = row, <float> (value * slot.scale)
            n_known += 1
        if square > 0.0:
            # Shorter than a single word is only a text of words that were added: they stay small.
            rows_add(
                sums, self.field.weights, self.field.width, self.rows, self.factors, n_known,
                <float> (1.0 / sqrt(square if square > 1.0 else 1.0)),
            )
        self.n = self.n_tokens = 0
