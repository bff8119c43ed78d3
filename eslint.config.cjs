const js = require("@eslint/js");
const globals = require("globals");
const jsdoc = require("eslint-plugin-jsdoc");

// `owl` and jQuery are missing on purpose: import from "@odoo/owl", use the DOM.
const odooGlobals = {luxon: "readonly", odoo: "readonly"};

module.exports = [
  js.configs.recommended,
  {
    plugins: {jsdoc},
    languageOptions: {
      globals: {...globals.browser, ...odooGlobals},
      ecmaVersion: 2024,
      sourceType: "script",
    },
    linterOptions: {reportUnusedDisableDirectives: "error"},
    rules: {
      "array-callback-return": "error",
      complexity: ["error", 15],
      "dot-notation": "error",
      eqeqeq: "error",
      "no-alert": "error",
      "no-console": "error",
      "no-duplicate-imports": "error",
      "no-else-return": "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-lonely-if": "error",
      "no-new-func": "error",
      "no-param-reassign": "error",
      "no-return-assign": "error",
      "no-shadow": "error",
      "no-throw-literal": "error",
      "no-unneeded-ternary": "error",
      "no-unused-vars": ["error", {argsIgnorePattern: "^_"}],
      "no-use-before-define": ["error", {functions: false}],
      "no-var": "error",
      "object-shorthand": "error",
      "operator-assignment": "error",
      "prefer-const": "error",
      "prefer-template": "error",
      radix: "error",
      "jsdoc/check-param-names": "error",
      "jsdoc/check-tag-names": "error",
      "jsdoc/check-types": "error",
    },
  },
  {
    // As in OCA's repositories: what is a module says so in its name.
    files: ["**/*.esm.js", "**/*.test.js"],
    languageOptions: {sourceType: "module"},
  },
];
