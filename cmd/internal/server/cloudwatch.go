package server

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strings"

	"github.com/fxamacker/cbor/v2"
	"github.com/google/uuid"

	"kinesql/connectors/kinesis/wire"
)

const (
	cloudWatchNamespace = "http://monitoring.amazonaws.com/doc/2010-08-01/"
	cloudWatchTarget    = "GraniteServiceVersion20100801"
	cloudWatchPath      = "/service/" + cloudWatchTarget + "/operation/"
)

// cloudWatch takes PutMetricData and keeps nothing of it: the libraries for producers
// and consumers send their own figures and complain where nobody listens. They do so
// in three protocols, by their age: Query, JSON 1.0 and Smithy's RPC with CBOR.
type cloudWatch struct{ service }

type putMetricDataResponse struct {
	XMLName   xml.Name         `xml:"PutMetricDataResponse"`
	Namespace string           `xml:"xmlns,attr"`
	Metadata  responseMetadata `xml:"ResponseMetadata"`
}

// ServeHTTP implements http.Handler.
func (s *cloudWatch) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, id, err := s.open(w, r)
	action, version := s.action(r, body)
	if err == nil && action != "PutMetricData" {
		err = unknownAction(action, version)
	}
	if err == nil {
		err = id.Authorize("cloudwatch:PutMetricData", "*")
	}
	requestID := uuid.NewString()
	switch {
	case strings.HasPrefix(r.URL.Path, cloudWatchPath):
		s.answerCBOR(w, requestID, err)
	case r.Header.Get("X-Amz-Target") != "":
		s.answerJSON(w, requestID, err)
	case err != nil:
		refuseXML(w, cloudWatchNamespace, err)
	default:
		writeXML(w, http.StatusOK, requestID, putMetricDataResponse{Namespace: cloudWatchNamespace, Metadata: responseMetadata{requestID}})
	}
}

// action is what a request asks for, in whichever protocol.
func (s *cloudWatch) action(r *http.Request, body []byte) (action, version string) {
	if action, ok := strings.CutPrefix(r.URL.Path, cloudWatchPath); ok {
		return action, cloudWatchTarget
	}
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		return strings.TrimPrefix(target, cloudWatchTarget+"."), cloudWatchTarget
	}
	p := parameters(r, body)
	return p.Get("Action"), p.Get("Version")
}

func (s *cloudWatch) answerJSON(w http.ResponseWriter, requestID string, err *wire.Error) {
	if err == nil {
		answer(w, http.StatusOK, "application/x-amz-json-1.0", requestID, []byte("{}"))
		return
	}
	writeError(w, requestID, "application/x-amz-json-1.0", err, json.Marshal)
}

func (s *cloudWatch) answerCBOR(w http.ResponseWriter, requestID string, err *wire.Error) {
	w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
	if err == nil {
		answer(w, http.StatusOK, "application/cbor", requestID, []byte{0xa0}) // an empty map
		return
	}
	writeError(w, requestID, "application/cbor", err, cbor.Marshal)
}

// writeError answers with an error's shape and text in a protocol whose names of
// errors are those of the signature errors of Kinesis.
func writeError(w http.ResponseWriter, requestID, contentType string, err *wire.Error, encode func(any) ([]byte, error)) {
	body, failed := encode(map[string]string{"__type": err.Code, "message": err.Message})
	if failed != nil {
		http.Error(w, failed.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("X-Amzn-Errortype", err.Code)
	w.Header().Set("X-Amzn-Query-Error", queryHeader(err))
	answer(w, err.Status, contentType, requestID, body)
}

// queryHeader tells clients of newer protocols the code that the Query protocol had.
func queryHeader(err *wire.Error) string {
	code, _ := queryError(err)
	return code + ";Sender"
}
