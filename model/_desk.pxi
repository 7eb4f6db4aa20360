# Where one article is put together.

@final
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
