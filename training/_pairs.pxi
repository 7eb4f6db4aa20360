# Pairs of adjacent words get numbers in the order in which they first appear.

cdef struct Pair:
    int32_t first
    int32_t second
    int32_t number  # from 1; 0 where there is none


@final
cdef class Pairs:
    """Different pairs of numbers of words: as words never share one, pairs do not either."""

    cdef Pair* slots
    cdef Py_ssize_t n, n_slots

    def __cinit__(self):
        self.n_slots = FEWEST_SLOTS
        self.slots = <Pair*> zeros(self.n_slots, sizeof(Pair))

    def __dealloc__(self):
        free(self.slots)

    cdef int32_t find(self, int32_t first, int32_t second) except -1:
        """Return the pair's number, a new one if it is new."""
        cdef Pair* slot = self.slot(first, second)
        if slot.number:
            return slot.number - 1
        self.n += 1
        slot.first, slot.second, slot.number = first, second, <int32_t> self.n
        if 2 * self.n > self.n_slots:
            self.spread()
        return <int32_t> (self.n - 1)

    cdef Pair* slot(self, int32_t first, int32_t second) noexcept:
        """Return the slot in which the pair is, or the empty one in which it would be."""
        cdef uint64_t mask = <uint64_t> (self.n_slots - 1)
        cdef uint64_t at = words_pair(<uint64_t> first, <uint64_t> second) & mask
        while self.slots[at].number and (
            self.slots[at].first != first or self.slots[at].second != second
        ):
            at = (at + 1) & mask
        return self.slots + at

    cdef int spread(self) except -1:
        """Double the slots; return 0."""
        cdef Pair* before = self.slots
        cdef Py_ssize_t at, n_before = self.n_slots
        self.slots = <Pair*> zeros(2 * n_before, sizeof(Pair))
        self.n_slots = 2 * n_before
        for at in range(n_before):
            if before[at].number:
                self.slot(before[at].first, before[at].second)[0] = before[at]
        free(before)
        return 0

    cdef bytearray words(self):
        """Return both words' numbers, int32, of all pairs in the order of their numbers."""
        cdef bytearray found = bytearray(2 * self.n * <Py_ssize_t> sizeof(int32_t))
        cdef int32_t* numbers = <int32_t*> <void*> <char*> found
        cdef Py_ssize_t at
        for at in range(self.n_slots):
            if self.slots[at].number:
                numbers[2 * self.slots[at].number - 2] = self.slots[at].first
                numbers[2 * self.slots[at].number - 1] = self.slots[at].second
        return found
