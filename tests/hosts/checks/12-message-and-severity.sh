# Every result has a message and a severity.
every_case 'all(r["message"] and r["severity"] in ("error", "warning", "info") for r in results)'
