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
