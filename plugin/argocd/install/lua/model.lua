-- Health of a DynamoModel. A base model is never loaded, so that its endpoints are never "ready": finding them is enough.
local hs = {status = "Progressing", message = "waiting for the operator"}
if obj.status == nil then
  return hs
end
local total, up = obj.status.totalEndpoints or 0, obj.status.readyEndpoints or 0
local lora = obj.spec ~= nil and obj.spec.modelType == "lora"
for _, c in ipairs(obj.status.conditions or {}) do
  if c.observedGeneration ~= nil and obj.metadata.generation ~= nil and c.observedGeneration < obj.metadata.generation then
    return hs
  end
  if c.type == "Valid" and c.status == "False" then
    return {status = "Degraded", message = (c.reason or "") .. ": " .. (c.message or "")}
  end
  if c.status == "False" then
    hs.message = (c.reason or "") .. ": " .. (c.message or "")
  end
end
if total > 0 and (not lora or up >= total) then
  return {status = "Healthy", message = total .. " endpoints"}
end
if total > 0 then
  hs.message = up .. " of " .. total .. " endpoints are ready"
end
return hs
