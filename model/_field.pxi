# A vocabulary, hashed, with its weights.

cdef enum:
    TURN = 2048  # terms, some 0.2 ms: so long other threads wait while a vocabulary is hashed

# A slot's key holds 40 bits of its term's hash, and in the others its row, from 1.
cdef uint64_t TAG = ~(<uint64_t> MOST_TERMS)


cdef struct Slot:
    uint64_t key
    float idf
    float scale


cdef inline const Slot* slot_of(
    const Slot* slots, uint64_t mask, const Slot* unknown, uint64_t hash
) noexcept nogil:
    cdef uint64_t place = hash & mask
    while slots[place].key:
        if (slots[place].key ^ hash) & TAG == 0:
            return &slots[place]
        place = (place + 1) & mask
    return unknown


cdef struct Bytes:
    const char* data
    Py_ssize_t length


@final
cdef class Field:
    """One field's vocabulary and weights.

    Parameters
    ----------
    terms : buffer of shape (n_bytes,), uint8
        The terms in UTF-8, joined by line feeds.
    idf, scales : buffer of shape (n_terms,), float32
        Inverse document frequency, and what one step of a weight is worth.
    weights : buffer of shape (n_terms, width), int8
        Rows, padded to a multiple of ROWS_STEP.

    Raises
    ------
    ValueError
        Where the shapes do not fit, or two terms cannot be told apart by their hashes.
    """

    cdef Slot* slots
    cdef Slot unknown  # its row is the one behind the last; it has no weights
    cdef uint64_t mask
    cdef const int8_t* weights
    cdef Py_ssize_t width, n_terms
    cdef const char* terms
    cdef uint32_t* starts  # of each term in these, and of the one that would come next
    cdef object kept

    def __cinit__(
        self,
        const uint8_t[::1] terms not None,
        const float[::1] idf not None,
        const float[::1] scales not None,
        const int8_t[:, ::1] weights not None,
    ):
        cdef Py_ssize_t n_slots = 1024
        self.n_terms, self.width = weights.shape[0], weights.shape[1]
        if not idf.shape[0] == scales.shape[0] == self.n_terms or self.width % ROWS_STEP:
            raise ValueError("the arrays of a field do not fit each other")
        if self.n_terms >= MOST_TERMS:
            raise ValueError("too many terms")
        while 5 * n_slots < 8 * self.n_terms:
            n_slots *= 2
        self.mask = <uint64_t> (n_slots - 1)
        self.unknown.key, self.unknown.idf, self.unknown.scale = self.n_terms + 1, 0.0, 0.0
        self.slots = <Slot*> calloc(n_slots, sizeof(Slot))
        if self.slots == NULL:
            raise MemoryError
        self.weights = &weights[0, 0] if self.n_terms else NULL
        self.terms = <const char*> &terms[0] if terms.shape[0] else NULL
        self.kept = terms, weights
        self.divide(terms.shape[0])
        cdef str joined = ""
        if self.n_terms:
            joined = PyUnicode_DecodeUTF8(self.terms, terms.shape[0], NULL)
        cdef Text read = reading(joined)
        cdef Py_ssize_t row, at = 0, end
        # The first to come are found where they are looked for first: usual ones, as rows are made.
        for row in range(self.n_terms):
            end = PyUnicode_FindChar(joined, c"\n", at, read.length, 1)
            if end < 0:
                end = read.length
            self.keep(read, at, end, row, idf[row], scales[row])
            at = end + 1
            if row % TURN == TURN - 1:
                with nogil:  # requests are answered while a further tagger is loaded
                    pass

    def __dealloc__(self):
        free(self.slots)
        free(self.starts)

    cdef int divide(self, Py_ssize_t length) except -1:
        """Find where each term begins; return 0."""
        cdef Py_ssize_t n = 0, at
        if length > UINT32_MAX - 1:
            raise ValueError("too many terms")
        self.starts = <uint32_t*> malloc((self.n_terms + 1) * sizeof(uint32_t))
        if self.starts == NULL:
            raise MemoryError
        self.starts[0] = 0
        with nogil:
            for at in range(length + 1 if length else 0):
                if at == length or self.terms[at] == LINE_FEED:
                    n += 1
                    if n > self.n_terms:
                        break
                    self.starts[n] = <uint32_t> (at + 1)
        if n > self.n_terms:
            raise ValueError("more terms than weights")
        if n < self.n_terms:
            raise ValueError("fewer terms than weights")
        return 0

    cdef inline Bytes spelt(self, const Slot* slot) noexcept nogil:
        """Return the term of a slot in UTF-8."""
        cdef uint32_t row = <uint32_t> (slot.key & ~TAG) - 1
        cdef Bytes found
        found.data = self.terms + self.starts[row]
        found.length = self.starts[row + 1] - self.starts[row] - 1
        return found

    cdef int keep(
        self, Text read, Py_ssize_t at, Py_ssize_t end, Py_ssize_t row, float idf, float scale
    ) except -1:
        """Put the term in this part of a text, a word or a pair, into its slot; return 0."""
        cdef Word word
        if not words_next(read.kind, read.data, end, at, &word):
            return 0  # the stand-in of a field without terms
        cdef uint64_t hash = word.hash
        if words_next(read.kind, read.data, end, word.end, &word):
            hash = words_pair(hash, word.hash)
        cdef uint64_t place = hash & self.mask
        while self.slots[place].key:
            if (self.slots[place].key ^ hash) & TAG == 0:
                raise SameHashError("two terms have the same hash")
            place = (place + 1) & self.mask
        self.slots[place].key = (hash & TAG) | <uint64_t> (row + 1)
        self.slots[place].idf, self.slots[place].scale = idf, scale
        return 0

    cdef inline const Slot* find(self, uint64_t hash) noexcept nogil:
        """Return the slot of the term with this hash, or the one of all unknown words."""
        return slot_of(self.slots, self.mask, &self.unknown, hash)

    def rows(self, str text not None, bint pairs=False):
        """Return the row of each token of *text* in order, -1 for an unknown one.

        Parameters
        ----------
        text : str
        pairs : bool
            Whether to go on with each token and its next one as a pair.

        Returns
        -------
        bytearray of int32
        """
        text = lowered(text)
        cdef Text read = reading(text)
        cdef Py_ssize_t at = 0, n = 0, most = read.length // 3 + 2
        cdef Word word
        cdef bytearray out = bytearray(4 * most)
        cdef int32_t* found = <int32_t*> <char*> out
        cdef uint64_t before = 0
        while words_next(read.kind, read.data, read.length, at, &word):
            found[n] = self.row(word.hash)
            at, n = word.end, n + 1
        del out[4 * n :]
        if not pairs or n < 2:
            return out
        at = 0
        out.extend(bytes(4 * (n - 1)))
        found = <int32_t*> <char*> out
        while words_next(read.kind, read.data, read.length, at, &word):
            if at:
                found[n] = self.row(words_pair(before, word.hash))
                n += 1
            at, before = word.end, word.hash
        return out

    cdef inline int32_t row(self, uint64_t hash) noexcept nogil:
        """Return the row of the term with this hash, -1 where there is none."""
        cdef const Slot* slot = self.find(hash)
        return -1 if slot == &self.unknown else <int32_t> (slot.key & ~TAG) - 1
