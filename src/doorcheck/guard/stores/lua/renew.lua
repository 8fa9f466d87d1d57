-- Replaces the value of a record that is there. KEYS: the record. ARGV: value, ms. Returns whether it was there.
local owned = redis.call('HGET', KEYS[1], 'owned')
if not owned then return 0 end
redis.call('HSET', KEYS[1], 'value', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
if redis.call('PTTL', owned) < tonumber(ARGV[2]) then redis.call('PEXPIRE', owned, ARGV[2]) end
return 1
