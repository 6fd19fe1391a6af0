"""The pods of workloads, as the controllers of a cluster create them, and as an API server gives them back.

  pods.py make FOLDER FILE…        writes FOLDER/CASE.KIND.NAMESPACE.NAME.json, one for each workload of
                                   the files, where CASE is the folder that the file is in
  pods.py accounts FOLDER          the namespace and the ServiceAccount of each pod in it, one pair a line
  pods.py compare FOLDER FOLDER    tells which pods of the same name differ in two folders, and how; exit code 1 where one does

Webhooks look at the owner and the labels that a controller gives, so they are there; the owners themselves need not exist.
"""
import difflib
import glob
import json
import os
import sys

import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
UID = "00000000-0000-4000-8000-000000000000"
HASH = "5d4f8c7b9b"


def owner(api_version, kind, name):
    return {"apiVersion": api_version, "kind": kind, "name": name, "uid": UID, "controller": True, "blockOwnerDeletion": True}


def pod_of(workload):
    """The pod that the workload's controller would create, None of what is no workload."""
    kind, name = workload["kind"], workload["metadata"]["name"]
    namespace = workload["metadata"].get("namespace", "default")
    if kind == "Pod":
        return {**workload, "metadata": {**workload["metadata"], "namespace": namespace}}
    if kind == "CronJob":
        workload, kind, name = workload["spec"]["jobTemplate"], "Job", name + "-28000000"
    template = workload.get("spec", {}).get("template")
    if kind not in ("DaemonSet", "Deployment", "Job", "ReplicaSet", "ReplicationController", "StatefulSet") or template is None:
        return None
    meta = template.get("metadata") or {}
    labels = dict(meta.get("labels") or {})
    spec = dict(template["spec"])
    made = {"namespace": namespace, "annotations": meta.get("annotations") or {}, "labels": labels, "generateName": name + "-"}
    if kind == "Deployment":
        labels["pod-template-hash"] = HASH
        name, kind = f"{name}-{HASH}", "ReplicaSet"
        made["generateName"] = name + "-"
    elif kind == "DaemonSet":
        labels.update({"controller-revision-hash": HASH, "pod-template-generation": "1"})
    elif kind == "StatefulSet":
        del made["generateName"]
        made["name"] = name + "-0"
        labels.update({"controller-revision-hash": f"{name}-{HASH}", "statefulset.kubernetes.io/pod-name": name + "-0",
                       "apps.kubernetes.io/pod-index": "0"})
        spec.update({"hostname": name + "-0", "subdomain": workload["spec"].get("serviceName", "")})
        claims = [c["metadata"]["name"] for c in workload["spec"].get("volumeClaimTemplates") or []]
        kept = [v for v in spec.get("volumes") or [] if v["name"] not in claims]
        spec["volumes"] = kept + [{"name": c, "persistentVolumeClaim": {"claimName": f"{c}-{name}-0"}} for c in claims]
    elif kind == "Job":
        labels.update({"batch.kubernetes.io/controller-uid": UID, "batch.kubernetes.io/job-name": name, "controller-uid": UID, "job-name": name})
    api_version = {"Job": "batch/v1", "ReplicationController": "v1"}.get(kind, "apps/v1")
    made["ownerReferences"] = [owner(api_version, kind, name)]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": made, "spec": spec}


def documents(path):
    with open(path, encoding="utf-8") as file:
        for document in yaml.load_all(file, LOADER):
            if document:
                yield from document["items"] if document["kind"] == "List" else [document]


def make(folder, paths):
    for path in paths:
        for workload in documents(path):
            pod = pod_of(workload)
            if pod is not None:
                case = os.path.basename(os.path.dirname(os.path.abspath(path)))
                name = ".".join([case, workload["kind"], pod["metadata"]["namespace"], workload["metadata"]["name"]])
                with open(os.path.join(folder, name + ".json"), "w", encoding="utf-8") as file:
                    json.dump(pod, file, indent=1)


def accounts(folder):
    pairs = set()
    for path in glob.glob(folder + "/*.json"):
        with open(path, encoding="utf-8") as file:
            pod = json.load(file)
        name = pod["spec"].get("serviceAccountName") or pod["spec"].get("serviceAccount") or "default"
        pairs.add((pod["metadata"]["namespace"], name))
    for pair in sorted(pairs):
        print(*pair)


def normal(text):
    """What an API server answers, without what it makes anew each time: name, uid, time, the mount of the account's token."""
    pod = json.loads(text)
    random = [v["name"] for v in pod["spec"].get("volumes", []) if v["name"].startswith("kube-api-access-")]
    for name in random:
        text = text.replace(name, "kube-api-access-random")
    pod = json.loads(text)
    meta = pod["metadata"]
    for key in ("uid", "creationTimestamp", "managedFields", "resourceVersion"):
        meta.pop(key, None)
    if "generateName" in meta:
        meta.pop("name", None)
    return pod


def compare(left, right):
    names = {os.path.basename(p) for folder in (left, right) for p in glob.glob(folder + "/*.json")}
    different = 0
    for name in sorted(names):
        sides = []
        for folder in (left, right):
            try:
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    sides.append(json.dumps(normal(file.read()), indent=1, sort_keys=True).splitlines())
            except FileNotFoundError:
                sides.append(["not there"])
        if sides[0] != sides[1]:
            different += 1
            print(name, *difflib.unified_diff(sides[0], sides[1], left, right, lineterm="", n=4), sep="\n")
    print(f"note: {len(names)} pods, {different} differ")
    return 1 if different or not names else 0


if __name__ == "__main__":
    verb, *rest = sys.argv[1:]
    if verb == "make":
        make(rest[0], rest[1:])
    elif verb == "accounts":
        accounts(*rest)
    elif verb == "compare":
        sys.exit(compare(*rest))
    else:
        sys.exit(__doc__)
