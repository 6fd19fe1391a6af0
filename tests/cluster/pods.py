"""The pods of workloads, as the controllers of a cluster create them, and as an API server gives them back.

  pods.py make FOLDER FILE…        writes FOLDER/CASE.KIND.NAMESPACE.NAME.json, one for each workload of
                                   the files, where CASE is the folder that the file is in
  pods.py accounts FOLDER          the namespace and the ServiceAccount of each pod in it, one pair a line
  pods.py fill ANSWERS FOLDER FILE…  writes FOLDER/CASE/FILE: the workloads with the pods that ANSWERS has for them, so with all the
                                   defaults that an API server gives a pod before a webhook sees it. No file where it has none
  pods.py compare [--as-written] FOLDER FOLDER
                                   tells which pods of the same name differ in two folders, and how; exit code 1 where one does.
                                   --as-written passes over defaults that an injected value repeats of the pod's own fields

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


def name_of(path, workload):
    case = os.path.basename(os.path.dirname(os.path.abspath(path)))
    return ".".join([case, workload["kind"], workload["metadata"].get("namespace", "default"), workload["metadata"]["name"]]) + ".json"


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def make(folder, paths):
    for path in paths:
        for workload in documents(path):
            pod = pod_of(workload)
            if pod is not None:
                with open(os.path.join(folder, name_of(path, workload)), "w", encoding="utf-8") as file:
                    json.dump(pod, file, indent=1)


def fill(answers, folder, paths):
    for path in paths:
        workloads, filled = list(documents(path)), False
        for workload in workloads:
            answer = os.path.join(answers, name_of(path, workload))
            if pod_of(workload) is None or not os.path.exists(answer):
                continue
            place = workload["spec"]["jobTemplate"] if workload["kind"] == "CronJob" else workload
            if workload["kind"] != "Pod":
                place = place["spec"]["template"]
            place["spec"], filled = read(answer)["spec"], True
        if filled:
            target = os.path.join(folder, os.path.basename(os.path.dirname(os.path.abspath(path))))
            os.makedirs(target, exist_ok=True)
            with open(os.path.join(target, os.path.basename(path)), "w", encoding="utf-8") as file:
                yaml.safe_dump_all(workloads, file, sort_keys=False)


def accounts(folder):
    pairs = set()
    for path in glob.glob(folder + "/*.json"):
        pod = read(path)
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


def with_defaults(pod):
    """The pod with those defaults in injected values that they lack where the pod had none when they were made."""
    pod["metadata"].get("annotations", {}).pop("proxy.istio.io/overrides", None)
    for container in pod["spec"].get("initContainers", []) + pod["spec"]["containers"]:
        for variable in container.get("env", []):
            if variable["name"] == "ISTIO_META_POD_PORTS":
                variable["value"] = [{"protocol": "TCP", **port} for port in json.loads(variable["value"])]
            if variable["name"] == "ISTIO_KUBE_APP_PROBERS":
                variable["value"] = {path: full_probe(probe) for path, probe in json.loads(variable["value"]).items()}
    return pod


def full_probe(probe):
    probe = {"timeoutSeconds": 1, **probe}
    if "httpGet" in probe:
        probe["httpGet"] = {"scheme": "HTTP", "path": "/", **probe["httpGet"]}
    if "grpc" in probe:
        probe["grpc"]["service"] = probe["grpc"].get("service") or ""
    return probe


def compare(left, right, view=lambda pod: pod):
    names = {os.path.basename(p) for folder in (left, right) for p in glob.glob(folder + "/*.json")}
    different = 0
    for name in sorted(names):
        sides = []
        for folder in (left, right):
            try:
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    sides.append(json.dumps(view(normal(file.read())), indent=1, sort_keys=True).splitlines())
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
    elif verb == "fill":
        fill(rest[0], rest[1], rest[2:])
    elif verb == "compare" and rest[0] == "--as-written":
        sys.exit(compare(*rest[1:], view=with_defaults))
    elif verb == "compare":
        sys.exit(compare(*rest))
    else:
        sys.exit(__doc__)
