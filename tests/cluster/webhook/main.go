// A mutating webhook for pods that does what the path of its URL says:
//
//	/add/KEY/VALUE    adds an annotation and a toleration of this key and value, beside what the pod has
//	/refuse/MESSAGE   refuses the pod with this message
//	/slow/DURATION    admits the pod as it is, after this time
//	/fail/CODE        answers with this HTTP status
//	/break            answers with a patch that does not apply
//
//	webhook -listen 127.0.0.1:9443 -cert FILE -key FILE
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"log"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// What of an AdmissionReview is read and answered.
type review struct {
	APIVersion string    `json:"apiVersion"`
	Kind       string    `json:"kind"`
	Request    *request  `json:"request,omitempty"`
	Response   *response `json:"response,omitempty"`
}

type request struct {
	UID    string `json:"uid"`
	Object struct {
		Metadata struct {
			Annotations map[string]string `json:"annotations"`
		} `json:"metadata"`
		Spec struct {
			Tolerations []any `json:"tolerations"`
		} `json:"spec"`
	} `json:"object"`
}

type response struct {
	UID       string `json:"uid"`
	Allowed   bool   `json:"allowed"`
	Status    any    `json:"status,omitempty"`
	Patch     []byte `json:"patch,omitempty"`
	PatchType string `json:"patchType,omitempty"`
}

type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value,omitempty"`
}

func main() {
	listen := flag.String("listen", "127.0.0.1:9443", "address")
	cert := flag.String("cert", "", "file of the certificate")
	key := flag.String("key", "", "file of its key")
	flag.Parse()
	http.HandleFunc("POST /{verb}/{rest...}", serve)
	http.HandleFunc("POST /break", serve)
	log.Fatal(http.ListenAndServeTLS(*listen, *cert, *key, nil))
}

func serve(w http.ResponseWriter, r *http.Request) {
	var asked review
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || asked.Request == nil {
		http.Error(w, "no AdmissionReview", http.StatusBadRequest)
		return
	}
	answer := &response{UID: asked.Request.UID, Allowed: true}
	if err := decide(r, asked.Request, answer); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if code, err := strconv.Atoi(r.PathValue("rest")); err == nil && r.PathValue("verb") == "fail" {
		http.Error(w, "told to fail", code)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(review{APIVersion: asked.APIVersion, Kind: asked.Kind, Response: answer}); err != nil {
		log.Print(err)
	}
}

func decide(r *http.Request, asked *request, answer *response) error {
	rest := r.PathValue("rest")
	switch r.PathValue("verb") {
	case "add":
		key, value, _ := strings.Cut(rest, "/")
		return patch(answer, added(asked, key, value))
	case "refuse":
		answer.Allowed = false
		answer.Status = map[string]any{"message": rest, "code": http.StatusForbidden}
	case "slow":
		wait, err := time.ParseDuration(rest)
		if err != nil {
			return err
		}
		select {
		case <-time.After(wait):
		case <-r.Context().Done():
		}
	case "fail":
	case "":
		return patch(answer, []operation{{Op: "remove", Path: "/spec/no-such-field"}})
	default:
		return errors.New("no such verb")
	}
	return nil
}

func added(asked *request, key, value string) []operation {
	annotations := map[string]string{}
	for k, v := range asked.Object.Metadata.Annotations {
		annotations[k] = v
	}
	annotations[key] = value
	toleration := map[string]string{"key": key, "operator": "Equal", "value": value, "effect": "NoSchedule"}
	return []operation{
		{Op: "add", Path: "/metadata/annotations", Value: annotations},
		{Op: "add", Path: "/spec/tolerations", Value: append(asked.Object.Spec.Tolerations, toleration)},
	}
}

func patch(answer *response, operations []operation) (err error) {
	answer.PatchType = "JSONPatch"
	answer.Patch, err = json.Marshal(operations)
	return err
}
