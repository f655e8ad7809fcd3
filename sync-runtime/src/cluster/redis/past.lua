-- Says where the order of a room is, and what has happened behind a place; begins an order where there is none.
-- KEYS: the room, its past. ARGV: an epoch for a new history, the run of this Redis, for how many milliseconds the room is known, the most
-- bytes that are told, about; the place: its epoch ('' for the last one) and number.
-- Returns the epoch, the last number, the time here in milliseconds, and the messages.
local room, past = KEYS[1], KEYS[2]
-- What somebody else has written there is none of ours.
local kind = redis.call('TYPE', room)['ok']
if kind ~= 'hash' and kind ~= 'none' then redis.call('DEL', room) end
local at = redis.call('HMGET', room, 'e', 'g', 's', 'b')
local epoch, seq = at[1], tonumber(at[3]) or 0
local after = tonumber(ARGV[6])
if not epoch or not string.match(epoch, '^%d+$') or at[2] ~= ARGV[2] or (epoch == ARGV[5] and seq < after) then
  epoch, seq = ARGV[1], 0
  redis.call('DEL', room, past)
  redis.call('HSET', room, 'e', epoch, 'g', ARGV[2], 's', 0)
  redis.call('PEXPIRE', room, ARGV[3])
else
  -- What is kept for longer is known for longer.
  redis.call('PEXPIRE', room, ARGV[3], 'GT')
end
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
if ARGV[5] == '' then return {epoch, string.format('%.0f', seq), now, {}} end
local first = epoch == ARGV[5] and string.format('%.0f', after + 1) .. '-0' or '-'
local most = math.max(1, math.min(512, math.floor(tonumber(ARGV[4]) / math.max(1, tonumber(at[4]) or 1))))
return {epoch, string.format('%.0f', seq), now, redis.call('XRANGE', past, first, '+', 'COUNT', most)}
