# Which Python runs the tests: Debian's when it has libtorrent, since Debian packages modules for
# that one alone; else whichever `python3` is found.
set(FRESHET_PYTHON_HAS_LIBTORRENT FALSE)
if(EXISTS /usr/bin/python3)
  execute_process(COMMAND /usr/bin/python3 -c "import libtorrent"
    RESULT_VARIABLE libtorrent_absent OUTPUT_QUIET ERROR_QUIET)
  if(libtorrent_absent EQUAL 0)
    set(FRESHET_PYTHON_HAS_LIBTORRENT TRUE)
    set(Python3_EXECUTABLE /usr/bin/python3)
  endif()
endif()
