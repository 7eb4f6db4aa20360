# Values of JSON, read where they stand. What is not plainly right is odd, and others look at it.

cdef enum:
    DEPTH = 16  # of values within values that are read


cdef struct Place:
    int64_t kind  # bytes that a code point has; 0 where there is no string
    int64_t start  # in the text that was read
    int64_t length  # in code points


cdef struct Cursor:
    const uint8_t* at
    const uint8_t* end  # of the line
    Room* text  # where strings go


cdef inline bint next_is(const Cursor* cursor, uint8_t byte) noexcept nogil:
    return cursor.at < cursor.end and cursor.at[0] == byte


cdef inline void skip_space(Cursor* cursor) noexcept nogil:
    while next_is(cursor, b" ") or next_is(cursor, b"\t") or next_is(cursor, b"\r"):
        cursor.at += 1


cdef inline bint take(Cursor* cursor, uint8_t byte) noexcept nogil:
    """Go past the byte and space around it; return whether it is there."""
    skip_space(cursor)
    if cursor.at == cursor.end or cursor.at[0] != byte:
        return False
    cursor.at += 1
    skip_space(cursor)
    return True


cdef bint take_word(Cursor* cursor, const char* word) noexcept nogil:
    """Go past ``null``, ``true`` or ``false``; return whether it is there."""
    cdef size_t size = strlen(word)
    if <size_t> (cursor.end - cursor.at) < size or memcmp(cursor.at, word, size) != 0:
        return False
    cursor.at += size
    return True


cdef bint take_string(Cursor* cursor, Place* found) noexcept nogil:
    """Read a string; return whether it is one, and there was memory for it."""
    cdef size_t most = cursor.end - cursor.at + 16
    cdef size_t length = 0
    cdef int kind = 1, wider = 0
    cdef const uint8_t* end
    cdef Room* text = cursor.text
    if not next_is(cursor, b'"'):
        return False
    while True:
        if not has_room(text, most * kind):
            return False
        found.start = text.size if kind == 1 else (text.size + 3) & ~<size_t> 3
        end = strings_read(
            kind, cursor.at + 1, cursor.end, text.data + found.start, &length, &wider
        )
        if not wider:
            break
        kind = wider
    if end == NULL:
        return False
    found.kind, found.length = kind, length
    cursor.at = end
    text.size = found.start + length * kind
    return True


cdef bint take_integer(Cursor* cursor, int64_t* found) noexcept nogil:
    """Read a whole number of at most 18 digits; return whether it is one."""
    cdef bint negative = next_is(cursor, b"-")
    cdef const uint8_t* start
    cursor.at += negative
    start, found[0] = cursor.at, 0
    while cursor.at < cursor.end and 48 <= cursor.at[0] <= 57 and cursor.at - start < 19:
        found[0] = 10 * found[0] + cursor.at[0] - 48
        cursor.at += 1
    if not 0 < cursor.at - start < 19 or (start[0] == 48 and (cursor.at - start > 1 or negative)):
        return False
    if negative:
        found[0] = -found[0]
    return True


cdef bint skip_number(Cursor* cursor) noexcept nogil:
    """Go past a number without an exponent; return whether it is one."""
    cdef int64_t ignored
    cdef const uint8_t* start
    if not take_integer(cursor, &ignored):
        return False
    if not next_is(cursor, b"."):
        return True
    cursor.at += 1
    start = cursor.at
    while cursor.at < cursor.end and 48 <= cursor.at[0] <= 57:
        cursor.at += 1
    return 0 < cursor.at - start < 19


cdef bint skip_string(Cursor* cursor) noexcept nogil:
    cdef Place ignored
    cdef size_t size = cursor.text.size
    cdef bint good = take_string(cursor, &ignored)
    cursor.text.size = size
    return good


cdef bint skip_value(Cursor* cursor, int depth) noexcept nogil:
    """Go past a value of whatever kind; return whether it is one."""
    cdef bint is_object = next_is(cursor, b"{")
    cdef uint8_t close = b"}"
    if next_is(cursor, b'"'):
        return skip_string(cursor)
    if not is_object and not next_is(cursor, b"["):
        return (
            take_word(cursor, b"null")
            or take_word(cursor, b"true")
            or take_word(cursor, b"false")
            or skip_number(cursor)
        )
    if not is_object:
        close = b"]"
    cursor.at += 1
    skip_space(cursor)
    if next_is(cursor, close):
        cursor.at += 1
        return True
    while depth < DEPTH:
        if is_object and not (skip_string(cursor) and take(cursor, b":")):
            return False
        if not skip_value(cursor, depth + 1):
            return False
        if not take(cursor, b","):
            break
    # take went past space, even where there is no comma
    if not next_is(cursor, close):
        return False
    cursor.at += 1
    return True
