-- Forgets every record of one owner. KEYS: the owner's records (sorted set). Returns how many there were.
local gone = 0
for _, name in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do gone = gone + redis.call('DEL', name) end
redis.call('DEL', KEYS[1])
return gone
