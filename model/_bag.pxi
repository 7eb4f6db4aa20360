# The distinct terms of one article, counted.

# 1 + ln(count) of small counts.
cdef double[64] SUBLINEAR
cdef int _count
for _count in range(1, 64):
    SUBLINEAR[_count] = 1.0 + log(<double> _count)


cdef struct Bag:
    # One article's distinct known terms of one field, in the order in which they first appear.
    uint32_t* index
    uint32_t* rows
    uint32_t* counts
    const Slot** slots
    float* factors
    Py_ssize_t n
    Py_ssize_t room
    Py_ssize_t n_tokens
    Py_ssize_t n_known


cdef inline bint put(Bag* bag, Field field, uint64_t hash) noexcept nogil:
    """Count one token; return whether there was memory for it."""
    cdef const Slot* slot = field.find(hash)
    cdef uint32_t row
    cdef Py_ssize_t place, line
    cdef const int8_t* weights
    bag.n_tokens += 1
    if slot == NULL:
        return True
    if 2 * bag.n >= bag.room and not widened(bag):
        return False
    bag.n_known += 1
    row = <uint32_t> (slot.key & ~TAG) - 1
    place = home(row, bag.room)
    while bag.index[place]:
        if bag.rows[bag.index[place] - 1] == row:
            bag.counts[bag.index[place] - 1] += 1
            return True
        place = (place + 1) & (bag.room - 1)
    bag.rows[bag.n], bag.counts[bag.n], bag.slots[bag.n] = row, 1, slot
    bag.n += 1
    bag.index[place] = <uint32_t> bag.n
    if field.width <= ROWS_LONG:
        weights = field.weights + <Py_ssize_t> row * field.width
        line = 0
        while line < field.width:
            fetch(weights + line)
            line += LINE
    return True


cdef inline Py_ssize_t home(uint32_t row, Py_ssize_t room) noexcept nogil:
    return <Py_ssize_t> ((row * <uint64_t> 0x9E3779B97F4A7C15) >> 32) & (room - 1)


cdef bint widened(Bag* bag) noexcept nogil:
    """Make room for twice as many terms; return whether there was memory for them."""
    cdef Py_ssize_t room = max(2 * bag.room, <Py_ssize_t> 1024), at, place
    cdef void* index = calloc(room, sizeof(uint32_t))
    cdef void* rows = realloc(bag.rows, room // 2 * sizeof(uint32_t))
    if rows != NULL:
        bag.rows = <uint32_t*> rows
    cdef void* counts = realloc(bag.counts, room // 2 * sizeof(uint32_t))
    if counts != NULL:
        bag.counts = <uint32_t*> counts
    cdef void* slots = realloc(<void*> bag.slots, room // 2 * sizeof(Slot*))
    if slots != NULL:
        bag.slots = <const Slot**> slots
    cdef void* factors = realloc(bag.factors, room // 2 * sizeof(float))
    if factors != NULL:
        bag.factors = <float*> factors
    if index == NULL or rows == NULL or counts == NULL or slots == NULL or factors == NULL:
        free(index)
        return False
    free(bag.index)
    bag.index, bag.room = <uint32_t*> index, room
    for at in range(bag.n):
        place = home(bag.rows[at], room)
        while bag.index[place]:
            place = (place + 1) & (room - 1)
        bag.index[place] = <uint32_t> (at + 1)
    return True


cdef void finish(Field field, Bag* bag, float* sums) noexcept nogil:
    """Add the bag's part of the scores, and empty it."""
    cdef Py_ssize_t at
    cdef double value, square = 0.0
    cdef uint32_t count
    for at in range(bag.n):
        count = bag.counts[at]
        value = SUBLINEAR[count] if count < 64 else 1.0 + log(<double> count)
        value *= bag.slots[at].idf
        square += value * value
        bag.factors[at] = <float> (value * bag.slots[at].scale)
    if square > 0.0:
        rows_add(
            sums, field.weights, field.width, bag.rows, bag.factors, bag.n,
            <float> (1.0 / sqrt(square)),
        )
    cleared(bag)


cdef void cleared(Bag* bag) noexcept nogil:
    """Take all terms out of the bag, but keep its room."""
    cdef Py_ssize_t at, place
    if 8 * bag.n > bag.room:
        memset(bag.index, 0, bag.room * sizeof(uint32_t))
    else:  # as after a very long article
        for at in range(bag.n):
            place = home(bag.rows[at], bag.room)
            while bag.index[place] != <uint32_t> (at + 1):
                place = (place + 1) & (bag.room - 1)
            bag.index[place] = 0
    bag.n = bag.n_tokens = bag.n_known = 0


cdef void emptied(Bag* bag) noexcept nogil:
    free(bag.index)
    free(bag.rows)
    free(bag.counts)
    free(<void*> bag.slots)
    free(bag.factors)
