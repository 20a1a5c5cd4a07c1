-- SPDX-License-Identifier: Apache-2.0
-- For wrk: a request for each line of a file of tokens, or of tokens and DPoP proofs, in turn. Arguments: the file ("-": no token);
-- "cycle", "once" to end after the last line, or a number of requests to end after; how many lines to pass over at first. Prints what
-- was counted as JSON on one line.

local requests, following, once, left, ended = {}, 0, false, nil, false

function init(args)
    once, left = args[2] == "once", tonumber(args[2])
    if args[1] == "-" then
        requests[1] = wrk.format("GET")
        return
    end
    for line in io.lines(args[1]) do
        local token, proof = line:match("^(%S+) (%S+)$")
        local fields = proof and { Authorization = "DPoP " .. token, DPoP = proof }
            or { Authorization = "Bearer " .. line }
        requests[#requests + 1] = wrk.format("GET", nil, fields)
    end
    following = tonumber(args[3] or 0) % #requests
end

-- wrk's main thread sleeps on: whoever started it interrupts it
local function stop()
    if not ended then
        ended = true
        io.stderr:write("ended\n")
        wrk.thread:stop()
    end
end

function request()
    following = following + 1
    if following > #requests then
        following = 1
        if once then
            stop()
        end
    end
    if left then
        left = left - 1
        if left <= 0 then
            stop()
        end
    end
    return requests[following]
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '{"requests":%d,"seconds":%.6f,"refused":%d,"failed":%d,"p50_us":%d,"p99_us":%d}\n',
        summary.requests, summary.duration / 1e6, errors.status,
        errors.connect + errors.read + errors.write + errors.timeout,
        latency:percentile(50), latency:percentile(99)))
end
