-- Health of a DynamoGraphDeployment or DynamoComponentDeployment: failed is failed, and Ready (or Available) decides.
local hs = {status = "Progressing", message = "waiting for the operator"}
if obj.status == nil then
  return hs
end
local current = obj.metadata.generation
if obj.status.observedGeneration ~= nil and current ~= nil and obj.status.observedGeneration < current then
  return hs
end
if obj.status.state == "failed" then
  hs.status = "Degraded"
end
for _, c in ipairs(obj.status.conditions or {}) do
  if c.type == "Ready" or c.type == "Available" then
    if c.observedGeneration ~= nil and current ~= nil and c.observedGeneration < current then
      return {status = "Progressing", message = "waiting for the operator"}
    end
    hs.message = (c.reason or "") .. ": " .. (c.message or "")
    if c.status == "True" and hs.status ~= "Degraded" then
      return {status = "Healthy", message = hs.message}
    end
  end
end
return hs
