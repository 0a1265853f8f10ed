-- Health of objects with Flux's conditions: HelmRelease, PlatformSync. Ready is the summary; nothing else is counted.
local hs = {status = "Progressing", message = "waiting to be reconciled"}
if obj.spec ~= nil and obj.spec.suspend == true then
  return {status = "Suspended", message = obj.kind .. " is suspended"}
end
if obj.status == nil or obj.status.conditions == nil then
  return hs
end
local ready, stalled, reconciling = nil, nil, nil
for _, c in ipairs(obj.status.conditions) do
  if c.type == "Ready" then ready = c end
  if c.type == "Stalled" and c.status == "True" then stalled = c end
  if c.type == "Reconciling" and c.status == "True" then reconciling = c end
end
local current = obj.metadata.generation
if obj.status.observedGeneration ~= nil and current ~= nil and obj.status.observedGeneration < current then
  return hs
end
local function say(status, c)
  return {status = status, message = (c.reason or "") .. ": " .. (c.message or "")}
end
if stalled ~= nil then
  return say("Degraded", stalled)
end
if ready ~= nil and ready.observedGeneration ~= nil and current ~= nil and ready.observedGeneration < current then
  return hs
end
if ready ~= nil and ready.status == "False" and reconciling == nil then
  return say("Degraded", ready)
end
if reconciling ~= nil then
  return say("Progressing", reconciling)
end
if ready ~= nil and ready.status == "True" then
  return say("Healthy", ready)
end
return hs
