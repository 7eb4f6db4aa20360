# Pieces of text, and text put together of them.

cdef struct Part:
    const char* data
    Py_ssize_t size


cdef Part part(bytes text) except *:
    """Return where the bytes are; they must be held for as long."""
    cdef Part found
    if text is None:
        raise TypeError("a part is None")
    found.data, found.size = text, len(text)
    return found


# What follows writes where there is room already.

cdef inline void put(Room* room, const char* text) noexcept nogil:
    cdef size_t size = strlen(text)
    memcpy(room.data + room.size, text, size)
    room.size += size


cdef inline void put_part(Room* room, Part text) noexcept nogil:
    memcpy(room.data + room.size, text.data, text.size)
    room.size += text.size


cdef inline void count(Room* room, int32_t place) noexcept nogil:
    memcpy(room.data + room.size, &place, sizeof(int32_t))
    room.size += sizeof(int32_t)
