-- For wrk: a request for each line of a file of tokens, or of tokens and DPoP proofs, in turn. Arguments: the file ("-": no token) and
-- "cycle", or "once" to end after the last. Prints what was counted as JSON on one line.

local requests, following, once, ended = {}, 0, false, false

function init(args)
    once = args[2] == "once"
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
end

function request()
    following = following + 1
    if following > #requests then
        following = 1
        if once and not ended then
            ended = true
            -- wrk's main thread sleeps on: whoever started it interrupts it
            io.stderr:write("ended\n")
            wrk.thread:stop()
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
