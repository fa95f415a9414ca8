# LYNCPROBE_SANITIZE: "", "address,undefined", "thread" or a fuzzer's set; for the whole tree.
set(LYNCPROBE_SANITIZE "" CACHE STRING "Sanitizers for the whole tree, comma separated")
if(LYNCPROBE_SANITIZE)
    add_compile_options(-fsanitize=${LYNCPROBE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${LYNCPROBE_SANITIZE})
    if(LYNCPROBE_SANITIZE MATCHES "thread")
        # GCC cannot instrument atomic_thread_fence.
        add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)
    endif()
endif()
