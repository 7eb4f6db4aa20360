# Numbers in a row that grows, and memory that is asked for.

cdef struct Numbers:
    int32_t* at
    Py_ssize_t n
    Py_ssize_t most


cdef inline int push(Numbers* numbers, int32_t number) except -1:
    """Append *number*; return 0."""
    make_room(numbers, 1)
    numbers.at[numbers.n] = number
    numbers.n += 1
    return 0


cdef inline int make_room(Numbers* numbers, Py_ssize_t n) except -1:
    """Make room for *n* more numbers; return 0."""
    if numbers.n + n > numbers.most:
        numbers.most = grown(numbers.n + n)
        numbers.at = <int32_t*> resized(numbers.at, numbers.most, sizeof(int32_t))
    return 0


cdef bytearray bytes_of(const Numbers* numbers):
    return copied(numbers.at, numbers.n * <Py_ssize_t> sizeof(int32_t))


cdef bytearray copied(const void* block, Py_ssize_t n_bytes):
    return bytearray((<const char*> block)[:n_bytes]) if n_bytes else bytearray()


cdef Py_ssize_t grown(Py_ssize_t size) noexcept:
    return 2 * size + 1024


cdef void* resized(void* block, Py_ssize_t n, size_t size) except NULL:
    cdef void* moved = realloc(block, n * size)
    if moved == NULL:
        raise MemoryError
    return moved


cdef void* zeros(Py_ssize_t n, size_t size) except NULL:
    cdef void* block = calloc(n, size)
    if block == NULL:
        raise MemoryError
    return block
