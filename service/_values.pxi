# Values as JSON: strings, and numbers from 0 to 1 as Python rounds and pydantic-core writes them.

cdef bytes as_json(value, render):
    """Return the value as JSON; most ids and languages are plain."""
    if value is None:
        return b"null"
    if isinstance(value, str) and is_plain(value):
        return b'"%s"' % (<str> value).encode("ascii")
    return render(value)


cdef bint is_plain(str text) noexcept:
    """Return whether all of the text is ASCII that JSON takes as it is."""
    cdef Py_ssize_t at
    cdef const unsigned char* data = <const unsigned char*> PyUnicode_DATA(text)
    if PyUnicode_KIND(text) != 1:
        return False
    for at in range(PyUnicode_GET_LENGTH(text)):
        if data[at] < 32 or data[at] > 126 or data[at] == 34 or data[at] == 92:
            return False
    return True


cdef void put_decimal(Room* room, double value, int places) noexcept nogil:
    """Write the number, rounded to so many places, 4 or 6, in at most eight bytes."""
    cdef int one = 10000 if places == 4 else 1000000
    cdef int left = rounded(value, one), at
    cdef char* text = room.data + room.size
    if left >= one:
        put(room, b"1.0")
        return
    if left == 0:
        put(room, b"0.0")
        return
    if places == 6 and left < 10:
        text[0] = <char> (48 + left)
        room.size += 1
        put(room, b"e-6")
        return
    while left % 10 == 0:
        left, places = left // 10, places - 1
    text[0], text[1] = 48, 46
    for at in range(places):
        text[1 + places - at] = <char> (48 + left % 10)
        left //= 10
    room.size += 2 + places


cdef int rounded(double value, int one) noexcept nogil:
    """Return the whole number nearest to value * one, of two the even one, without any error.

    The product itself is rounded; where it seems to lie between two whole numbers, what was lost
    tells to which side.
    """
    cdef double product = value * one
    cdef int below = <int> floor(product)
    cdef double beyond = product - below - 0.5, lost
    if beyond == 0.0:
        lost = fma(value, one, -product)
        if lost == 0.0:
            return below + below % 2
        return below + (lost > 0.0)
    return below + (beyond > 0.0)
