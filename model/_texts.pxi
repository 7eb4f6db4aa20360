# Where a text's code points are, for reading without the GIL.

cdef struct Text:
    int kind
    const void* data
    Py_ssize_t length


cdef Text reading(str text) noexcept:
    """Return where the text's code points are; it must be held for as long."""
    cdef Text found
    found.kind, found.data = PyUnicode_KIND(text), PyUnicode_DATA(text)
    found.length = PyUnicode_GET_LENGTH(text)
    return found


cdef str lowered(str text):
    """Return *text*, lower-cased if it cannot be one code point at a time."""
    if text is None:
        raise TypeError("a text is None")
    if words_need_lower(PyUnicode_KIND(text), PyUnicode_DATA(text), PyUnicode_GET_LENGTH(text)):
        return text.lower()
    return text


cdef Text placed(const uint8_t[::1] data, const int64_t* place, list held) except *:
    """Return the text at a place in memory; one that must be lower-cased first is made and held."""
    cdef Text found
    cdef int64_t kind = place[0], start = place[1], length = place[2], size = data.shape[0]
    cdef str text
    if (kind != 1 and kind != 2 and kind != 4) or start < 0 or start % kind or length < 0:
        raise ValueError("a place is none")
    if start > size or length > (size - start) // kind:
        raise ValueError("a place is beyond the text")
    found.kind, found.length = <int> kind, length
    found.data = &data[start] if length else NULL
    if words_need_lower(found.kind, found.data, length):
        text = PyUnicode_FromKindAndData(found.kind, found.data, length).lower()
        held.append(text)
        return reading(text)
    return found
