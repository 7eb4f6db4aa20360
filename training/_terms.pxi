# Words get numbers in the order in which they first appear.

cdef enum:
    FEWEST_SLOTS = 1 << 16
    LATEST_FORM = 4  # bytes of a code point in the store of terms


cdef struct Term:
    uint64_t hash
    Py_ssize_t start
    Py_ssize_t length


@final
cdef class Terms:
    """Different words, compared letter by letter: no two share a number."""

    cdef Term* terms
    cdef Py_UCS4* letters
    cdef int32_t* slots
    cdef Py_ssize_t n, n_letters, n_slots, most, most_letters

    def __cinit__(self):
        self.n_slots = FEWEST_SLOTS
        self.slots = <int32_t*> zeros(self.n_slots, sizeof(int32_t))

    def __dealloc__(self):
        free(self.terms)
        free(self.letters)
        free(self.slots)

    cdef int32_t find(self, const Text* text, const Word* word) except -1:
        """Return the word's number, a new one if it is new."""
        cdef Py_ssize_t slot = self.slot(text, word)
        cdef int32_t term = self.slots[slot] - 1
        if term >= 0:
            return term
        self.keep(text, word)
        self.slots[slot] = <int32_t> self.n
        if 2 * self.n > self.n_slots:
            self.spread()
        return <int32_t> (self.n - 1)

    cdef int32_t look(self, const Text* text, const Word* word) noexcept:
        """Return the word's number, -1 if it has none."""
        return self.slots[self.slot(text, word)] - 1

    cdef int put(self, str term) except -1:
        """Give *term* the next number; return 0. Only if it is a normalised word is it ever met."""
        if term is None:
            raise TypeError("a term is None")
        cdef Text text = reading(term)
        cdef Word word
        word.start, word.end, word.hash = 0, text.length, 0
        for at in range(text.length):
            word.hash = words_mix(word.hash, PyUnicode_READ(text.kind, <void*> text.data, at))
        word.hash = words_finish(word.hash)
        self.find(&text, &word)
        return 0

    cdef Py_ssize_t slot(self, const Text* text, const Word* word) noexcept:
        """Return the slot in which the word is, or the empty one in which it would be."""
        cdef Py_ssize_t slot = <Py_ssize_t> (word.hash & <uint64_t> (self.n_slots - 1))
        cdef int32_t term
        while True:
            term = self.slots[slot] - 1
            if term < 0:
                return slot
            if self.terms[term].hash == word.hash and self.same(term, text, word):
                return slot
            slot = (slot + 1) & (self.n_slots - 1)

    cdef bint same(self, int32_t term, const Text* text, const Word* word) noexcept:
        """Return whether the word is this term, letter by letter."""
        cdef Py_ssize_t at, length = word.end - word.start
        cdef const Py_UCS4* letters = self.letters + self.terms[term].start
        if self.terms[term].length != length:
            return False
        for at in range(length):
            if letters[at] != letter(text, word.start + at):
                return False
        return True

    cdef int keep(self, const Text* text, const Word* word) except -1:
        """Store a new term; return 0."""
        cdef Py_ssize_t at, length = word.end - word.start
        if self.n == self.most:
            self.most = grown(self.most)
            self.terms = <Term*> resized(self.terms, self.most, sizeof(Term))
        if self.n_letters + length > self.most_letters:
            self.most_letters = grown(self.most_letters + length)
            self.letters = <Py_UCS4*> resized(self.letters, self.most_letters, sizeof(Py_UCS4))
        for at in range(length):
            self.letters[self.n_letters + at] = letter(text, word.start + at)
        self.terms[self.n].hash = word.hash
        self.terms[self.n].start, self.terms[self.n].length = self.n_letters, length
        self.n_letters += length
        self.n += 1
        return 0

    cdef int spread(self) except -1:
        """Double the slots; return 0."""
        cdef int32_t* slots = <int32_t*> zeros(2 * self.n_slots, sizeof(int32_t))
        cdef Py_ssize_t term, slot
        free(self.slots)
        self.slots = slots
        self.n_slots *= 2
        for term in range(self.n):
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
            for term in range(self.n)
        ]


cdef inline Py_UCS4 letter(const Text* text, Py_ssize_t at) noexcept:
    """Return the text's code point there, normalised."""
    return words_fold(PyUnicode_READ(text.kind, <void*> text.data, at))
