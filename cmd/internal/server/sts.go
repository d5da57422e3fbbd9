package server

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"encoding/xml"
	"net/http"

	"github.com/google/uuid"

	"kinesql/connectors/kinesis/auth"
	"kinesql/connectors/kinesis/wire"
)

const stsNamespace = "https://sts.amazonaws.com/doc/2011-06-15/"

// tokens is STS: it answers GetCallerIdentity, which producers and consumers call when they start to
// learn their account.
type tokens struct{ service }

type callerIdentity struct {
	Arn     string
	UserID  string `xml:"UserId" json:"UserId"`
	Account string
}

type responseMetadata struct {
	RequestID string `xml:"RequestId" json:"RequestId"`
}

type callerIdentityResponse struct {
	XMLName   xml.Name         `xml:"GetCallerIdentityResponse" json:"-"`
	Namespace string           `xml:"xmlns,attr" json:"-"`
	Result    callerIdentity   `xml:"GetCallerIdentityResult" json:"GetCallerIdentityResult"`
	Metadata  responseMetadata `xml:"ResponseMetadata" json:"ResponseMetadata"`
}

// ServeHTTP implements http.Handler.
func (s *tokens) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, id, err := s.open(w, r)
	if err != nil {
		refuseSTS(w, r, err)
		return
	}
	p := parameters(r, body)
	if action := p.Get("Action"); action != "GetCallerIdentity" {
		refuseSTS(w, r, unknownAction(action, p.Get("Version")))
		return
	}
	out := callerIdentityResponse{
		Namespace: stsNamespace,
		Result:    callerIdentity{Arn: id.ARN(), UserID: userID(id), Account: id.Account},
		Metadata:  responseMetadata{uuid.NewString()},
	}
	if wantsJSON(r) {
		writeJSON(w, http.StatusOK, out.Metadata.RequestID, map[string]any{"GetCallerIdentityResponse": out})
		return
	}
	writeXML(w, http.StatusOK, out.Metadata.RequestID, out)
}

func refuseSTS(w http.ResponseWriter, r *http.Request, err *wire.Error) {
	if !wantsJSON(r) {
		refuseXML(w, stsNamespace, err)
		return
	}
	code, status := queryError(err)
	id := uuid.NewString()
	writeJSON(w, status, id, map[string]any{
		"Error":     map[string]string{"Type": "Sender", "Code": code, "Message": err.Message},
		"RequestId": id,
	})
}

func writeJSON(w http.ResponseWriter, status int, requestID string, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	answer(w, status, "application/json", requestID, body)
}

// userID is an identifier as IAM has them, the same for the same user for ever: the
// account itself has its number.
func userID(id *auth.Identity) string {
	if id.Name == "" {
		return id.Account
	}
	sum := sha256.Sum256([]byte(id.ARN()))
	return "AIDA" + base32.StdEncoding.EncodeToString(sum[:])[:17]
}
