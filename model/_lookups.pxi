# The words of a text, looked up many at a time.

cdef inline int fetched(
    Field field, const Text* text, Py_ssize_t* at, uint64_t* hashes
) noexcept nogil:
    """Find the next words, have their slots fetched, and return how many words they are."""
    cdef Word word
    cdef int n = 0
    while n < AT_ONCE and words_next(text.kind, text.data, text.length, at[0], &word):
        at[0], hashes[n] = word.end, word.hash
        fetch(&field.slots[word.hash & field.mask])
        n += 1
    return n


cdef Py_ssize_t look_up(Field field, const Text* text) noexcept nogil:
    cdef uint64_t[AT_ONCE] hashes
    cdef Py_ssize_t at = 0, n_known = 0
    cdef int n = AT_ONCE, each
    while n == AT_ONCE:
        n = fetched(field, text, &at, hashes)
        for each in range(n):
            n_known += field.find(hashes[each]) != &field.unknown
    return n_known


def count_tokens(list texts not None):
    """Return how many tokens the texts have."""
    cdef Py_ssize_t n = 0, at
    cdef Text read
    cdef Word word
    for text in texts:
        text = lowered(text)
        read = reading(text)
        at = 0
        while words_next(read.kind, read.data, read.length, at, &word):
            at, n = word.end, n + 1
    return n
