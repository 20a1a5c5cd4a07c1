# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by scripts/demo: the reference MCP server (npm) behind the httpd, and the calls of a client.

mcp_pid='' mcp_backend='' mcp_wrong=0
readonly MCP_VERSION=2026-07-28 MCP_SCOPE=mcp:use MCP_MORE='mcp:use orders:write'

# Sets mcp_folder, with the server and the packages it needs: 6 of those that tests/interop locks.
mcp_install() {
    mcp_folder=$build/mcp
    mkdir -p "$mcp_folder" || return 1
    mcp_is_fetched || echo "Fetching the reference MCP server from npm (log: $mcp_folder/npm.log)"
    mcp_fetch >"$mcp_folder/npm.log" 2>&1 && return 0
    tail -n 15 "$mcp_folder/npm.log" >&2
    return 1
}

mcp_is_fetched() { cmp -s "$repo/tests/interop/package-lock.json" "$mcp_folder/node_modules/.okta-lock"; }

mcp_fetch() {
    node_runtime "$build/node" &&
        cp "$repo"/tests/interop/{package.json,package-lock.json,mcp-server.mjs} "$mcp_folder/" || return 1
    mcp_is_fetched && return 0
    (cd "$mcp_folder" && npm_quiet ci --omit=dev && cp package-lock.json node_modules/.okta-lock)
}

# Starts it on a port of its own choice, and sets mcp_backend to its URL. It ends with its standard input.
mcp_start() {
    local tries
    mkfifo "$root/run/mcp.in"
    : >"$root/run/mcp.out"
    exec 8<>"$root/run/mcp.in"
    node "$mcp_folder/mcp-server.mjs" <"$root/run/mcp.in" >"$root/run/mcp.out" 2>"$root/logs/mcp.log" 8>&- &
    mcp_pid=$!
    for ((tries = 0; tries < 300; tries++)); do
        mcp_backend=$(json_string url <"$root/run/mcp.out")
        [ -z "$mcp_backend" ] || return 0
        kill -0 "$mcp_pid" 2>/dev/null || break
        sleep 0.1
    done
    cat "$root/logs/mcp.log" >&2
    fail "The MCP server did not start: the lines above say why." "node is $(command -v node)."
}

mcp_stop() {
    [ -n "$mcp_pid" ] || return 0
    kill -TERM "$mcp_pid" 2>/dev/null || true
    wait "$mcp_pid" 2>/dev/null || true
    mcp_pid=
}

# A call of the tool $1 with the arguments $2 (JSON), by the token $3 where there is one.
mcp_call() {
    local meta='"io.modelcontextprotocol/protocolVersion":"'$MCP_VERSION'"'
    meta+=',"io.modelcontextprotocol/clientInfo":{"name":"scripts/demo","version":"1.0.0"}'
    meta+=',"io.modelcontextprotocol/clientCapabilities":{}'
    call "$mcp_url" -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' \
        -H "MCP-Protocol-Version: $MCP_VERSION" -H 'Mcp-Method: tools/call' -H "Mcp-Name: $1" \
        --data-binary '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"'"$1"'","arguments":'"$2"',"_meta":{'"$meta"'}}}' \
        <<<"$(credentials POST "$mcp_url" "${3:-}")"
}

# Sets token to one with the scopes $1, from the MCP server's own authorization server.
mcp_token() {
    local scope=$1 issuer=$mcp_issuer
    get_token
}

# A line of what came: $1 the status it has to be, $2 a glob that the rest has to match, $3 the rest.
mcp_came() {
    # shellcheck disable=SC2053 # a pattern
    if [ "$status" = "$1" ] && [[ $3 == $2 ]]; then
        printf '   %s  %s\n' "$status" "$3"
    else
        mcp_wrong=$((mcp_wrong + 1))
        printf '   %s  %s\n   WRONG: expected: %s and %s\n' "$status" "$3" "$1" "$2"
    fi
}

# The text of a tool's answer.
mcp_text() {
    sed -n 's/.*"text" *: *"\(\([^"\\]\|\\.\)*\)".*/\1/p' <<<"$body" | sed 's/\\n/; /g'
}

# Standard input, a JSON document of the module, as it stands well below the others.
mcp_lists_on_one_line() {
    sed -z 's/\[\n */[/g; s/,\n    */, /g; s/\n *\]/]/g' | sed '2,$s/^/        /'
}

mcp_show() {
    local end=$((SECONDS + 15)) weak
    local metadata=http://127.0.0.1:$port/.well-known/oauth-protected-resource/mcp
    while mcp_call list_orders '{}' "$(made_up_token)" && [ "$status" = 503 ] && [ "$SECONDS" -lt "$end" ]; do
        sleep 0.3
    done
    cat <<END

An MCP server with two tools, list_orders and cancel_order, stands behind $mcp_url and knows nothing of
tokens. To call tools takes the scope mcp:use, and to cancel orders:write beside it: conf/demo/mcp.conf says so.
Its authorization server is $mcp_issuer.

1. Without a token. The 401 says which scopes are needed, and where to learn more.
   POST $mcp_url  tools/call list_orders
END
    mcp_call list_orders '{}'
    mcp_came 401 "WWW-Authenticate: Bearer *scope=\"mcp:use\"*resource_metadata=\"$metadata\"*" "WWW-Authenticate: $challenge"
    printf '\n2. The metadata of the resource (RFC 9728): who issues tokens for it.\n   GET %s\n' "$metadata"
    call "$metadata" </dev/null
    mcp_came 200 "*\"$mcp_url\"*\"$mcp_issuer\"*" "$(mcp_lists_on_one_line <<<"$body")"
    printf '\n3. A token with the scope of the 401 calls a tool.\n   POST %s/v1/token  scope=%s\n' "$mcp_issuer" "$MCP_SCOPE"
    mcp_token "$MCP_SCOPE" || true
    mcp_came 200 '?*' "a token for $mcp_url"
    weak=$token
    echo "   POST $mcp_url  tools/call list_orders"
    mcp_call list_orders '{}' "$weak"
    mcp_came 200 'order 1001: *' "$(mcp_text)"
    printf '\n4. The same token, and a tool that needs more. The 403 names all scopes that this call takes.\n'
    echo "   POST $mcp_url  tools/call cancel_order"
    mcp_call cancel_order '{"id":"1002"}' "$weak"
    mcp_came 403 "*error=\"insufficient_scope\"*scope=\"$MCP_MORE\"*" "WWW-Authenticate: $challenge"
    sed -n 's/.*\(OKTA-REFUSED: .*\)/   log  \1/p' "$root/logs/error_log" | tail -n 1
    printf '\n5. Step-up: a token with these scopes, and the same call again.\n   POST %s/v1/token  scope=%s\n' "$mcp_issuer" "$MCP_MORE"
    mcp_token "$MCP_MORE" || true
    mcp_came 200 '?*' "a token for $mcp_url"
    echo "   POST $mcp_url  tools/call cancel_order"
    mcp_call cancel_order '{"id":"1002"}' "$token"
    mcp_came 200 'Order 1002 is canceled.' "$(mcp_text)"
    echo
    [ "$mcp_wrong" -eq 0 ]
}

mcp_commands() {
    local extract="sed 's/.*\"access_token\" *: *\"\\([^\"]*\\)\".*/\\1/'"
    local curl="curl -i -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream'"
    cat <<END
To try it yourself, as a client of an older version would, which needs no headers but these:

  TOKEN=\$(curl -s -u '$client_id:$client_secret' -d grant_type=client_credentials -d scope=$MCP_SCOPE $mcp_issuer/v1/token | $extract)
  $curl -H "Authorization: Bearer \$TOKEN" -d '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_orders","arguments":{}}}' $mcp_url
  $curl -H "Authorization: Bearer \$TOKEN" -d '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"cancel_order","arguments":{"id":"1002"}}}' $mcp_url

  config    $repo/conf/demo/mcp.conf
  logs      $root/logs/error_log, access_log and mcp.log
  read      $repo/docs/mcp.md
END
}
