# Any error result means a non-zero exit code, and the other way round; so does nothing on standard output.
every_case '(code != 0) == (not out or any(r["severity"] == "error" for r in results))'
