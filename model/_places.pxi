# A text at a place in memory, which no Python object holds.

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
