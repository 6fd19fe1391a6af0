# Standard output is one document, a ResourceList, and nothing else, whatever comes in.
every_case 'not out or len(docs) == 1 and doc["kind"] == "ResourceList"' \
  'not out or set(doc) <= {"apiVersion", "kind", "items", "functionConfig", "results"}' \
  'out[:11] == source[:11] or not out' 'not out.endswith("---\n")'
