// Shows the OpenAPI document; `validatorUrl: null` keeps Swagger UI from asking a third party.
SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#document",
  deepLinking: true,
  validatorUrl: null,
});
