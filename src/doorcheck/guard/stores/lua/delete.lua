-- Forgets a record. KEYS: the record. Returns whether it was there.
local owned = redis.call('HGET', KEYS[1], 'owned')
if not owned then return 0 end
redis.call('ZREM', owned, KEYS[1])
return redis.call('DEL', KEYS[1])
