# How often each number comes in each text.

@final
cdef class Tally:
    """Counts, text by text, of numbers that are given out one after another."""

    cdef Numbers columns, counts
    cdef Py_ssize_t* places  # where each number was counted last
    cdef Py_ssize_t n, most
    cdef Py_ssize_t start  # of the counts of this text

    def __dealloc__(self):
        free(self.columns.at)
        free(self.counts.at)
        free(self.places)

    cdef int add(self, int32_t number) except -1:
        """Count *number*, one of those so far or the next; return 0."""
        if number == self.n:
            if self.n == self.most:
                self.most = grown(self.most)
                self.places = <Py_ssize_t*> resized(self.places, self.most, sizeof(Py_ssize_t))
            self.places[self.n] = -1
            self.n += 1
        if self.places[number] >= self.start:
            self.counts.at[self.places[number]] += 1
            return 0
        self.places[number] = self.counts.n
        push(&self.columns, number)
        push(&self.counts, 1)
        return 0

    cdef Py_ssize_t end_text(self) noexcept:
        """Return where the next text's counts start."""
        self.start = self.counts.n
        return self.start

    cdef tuple found(self):
        return bytes_of(&self.columns), bytes_of(&self.counts)
