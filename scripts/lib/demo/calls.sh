# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by scripts/demo: requests and tokens. Secrets and tokens go to curl on its standard input:
# arguments show in the list of processes.

# Calls URL $1 with the rest as curl's arguments; curl's configuration comes on standard input. Sets
# status, headers, challenge and body.
call() {
    local url=$1
    shift
    status=$(curl -sS --noproxy 127.0.0.1,localhost,everything.localhost --max-time 20 -o "$root/run/body" \
        -D "$root/run/headers" -w '%{http_code}' -K - "$@" -- "$url" 2>"$root/run/curl.err") || status=000
    headers=$(tr -d '\r' 2>/dev/null <"$root/run/headers" || true)
    challenge=$(header WWW-Authenticate)
    body=$(cat "$root/run/body" 2>/dev/null || true)
    rm -f "$root/run/headers" "$root/run/body"
}

# The value of the last answer's header $1.
header() {
    sed -n "s/^$1: *//Ip" <<<"$headers"
}

# Calls path $1 of the API, with the token $2 where there is one; curl's arguments may follow. Sets
# reason as well: the module's own, which httpd writes to the access log after it has answered.
call_api() {
    local path=$1 with=${2:-}
    local url=http://$host:$port$path
    local -i before tries=0
    shift "$(($# < 2 ? $# : 2))"
    before=$(wc -l <"$root/logs/access_log")
    call "$url" --resolve "$host:$port:127.0.0.1" "$@" <<<"$(credentials GET "$url" "$with")"
    reason=
    while [ -z "$reason" ] && [ "$status" != 000 ] && ((tries++ < 100)); do
        reason=$(sed -n "$((before + 1)),\$ s|.*\"GET $path .* reason=||p" "$root/logs/access_log")
        [ -n "$reason" ] || sleep 0.02
    done
}

# Lines of curl's configuration that authenticate a request: $1 method, $2 URL, $3 the token or
# empty. In the scheme DPoP a proof goes with it: a new one, or what proof holds.
credentials() {
    [ -n "$3" ] || return 0
    printf 'header = "Authorization: %s %s"\n' "$scheme" "$3"
    [ "$scheme" = DPoP ] || return 0
    local sent=$proof
    [ "$sent" != new ] || sent=$(make_proof "$1" "$2" "$3") || true
    [ -z "$sent" ] || printf 'header = "DPoP: %s"\n' "$sent"
}

json_string() {
    sed -n 's/.*"'"$1"'" *: *"\([^"]*\)".*/\1/p'
}

# Sets token from the authorization server; more form fields of the development server as arguments.
# Returns 1 where there is none.
get_token() {
    local -a fields=(-d grant_type=client_credentials) field
    local secret=$client_secret
    [ -z "$scope" ] || fields+=(--data-urlencode "scope=$scope")
    for field in "$@"; do
        fields+=(--data-urlencode "$field")
    done
    secret=${secret//\\/\\\\}
    secret=${secret//\"/\\\"}
    if [ -n "$proxy" ]; then
        fields+=(--proxy "$proxy")
    fi
    if [ -n "$ca_file" ]; then
        fields+=(--cacert "$ca_file")
    fi
    call "$issuer/v1/token" "${fields[@]}" <<<"user = \"$client_id:$secret\""
    token=$(json_string access_token <<<"$body")
    [ "$status" = 200 ] && [ -n "$token" ]
}

base64url() {
    base64 -w 0 | tr '+/' '-_' | tr -d '='
}

# A token that nobody signed, for this issuer and audience.
made_up_token() {
    printf '%s.%s.%s' \
        "$(printf '{"alg":"RS256","kid":"made-up-by-scripts-demo"}' | base64url)" \
        "$(printf '{"ver":1,"jti":"AT.made-up","iss":"%s","aud":"%s","iat":%d,"exp":%d,"scp":["admin"]}' \
            "$issuer" "$audience" "$(date +%s)" "$(($(date +%s) + 3600))" | base64url)" \
        "$(head -c 256 /dev/zero | base64url)"
}

# The token $1 with other claims under the same signature.
tampered_token() {
    local header payload signature claims
    IFS=. read -r header payload signature <<<"$1"
    claims=$(tr -- '-_' '+/' <<<"$payload===" | base64 -di 2>/dev/null || true)
    printf '%s.%s.%s' "$header" "$(printf '{"tampered":true,%s' "${claims#\{}" | base64url)" "$signature"
}

# True once the module has keys to judge by; polls for $1 seconds.
wait_for_keys() {
    local end=$((SECONDS + $1)) probe
    probe=$(made_up_token)
    while call_api /api/whoami "$probe" && [ "$status" = 503 ] && [ "$SECONDS" -lt "$end" ]; do
        sleep 0.3
    done
    [ "$status" != 503 ]
}
