# Text that grows, and pieces of it.

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


cdef struct Room:
    char* data
    size_t size
    size_t most


cdef bint has_room(Room* room, size_t more) noexcept nogil:
    """Return whether there is, or could be made, room for so many more bytes."""
    cdef size_t most
    cdef void* data
    if room.size + more <= room.most:
        return True
    most = 2 * (room.size + more)
    data = realloc(room.data, most)
    if data == NULL:
        return False
    room.data, room.most = <char*> data, most
    return True


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
