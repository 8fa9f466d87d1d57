-- Keeps the answer of an attempt. KEYS: as in attempt.lua. ARGV: fingerprint, token, answer, ms.
-- Returns 0 when the attempt was given up and is another's by now.
local found = redis.call('HMGET', KEYS[1], 'fingerprint', 'token')
if found[1] and found[2] ~= ARGV[2] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1], 'answer', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
local t = redis.call('TIME')
redis.call('ZADD', KEYS[2], 'NX', string.format('%.0f', t[1] * 1000000 + t[2]), KEYS[1])
if redis.call('PTTL', KEYS[2]) < tonumber(ARGV[4]) then redis.call('PEXPIRE', KEYS[2], ARGV[4]) end
return 1
