<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * One of the sidecar's calls over XML-RPC. It ends in the REST route of the same name, with the same three proofs; the
 * answer is JSON text, an error a fault with the HTTP status and the JSON that REST would answer.
 */
final class Xmlrpc_Sidecar
{
    public function __construct(private readonly string $name)
    {
    }

    public function call(mixed $args): mixed
    {
        global $wp_xmlrpc_server;
        [, $login, $password, $json, $headers] = array_pad(is_array($args) ? array_values($args) : [], 5, null);
        if (!is_string($json) || !is_array($headers)) {
            return new \IXR_Error(422, (string) wp_json_encode(['code' => 'malformed', 'message' => 'malformed']));
        }
        if (!$wp_xmlrpc_server->login((string) $login, (string) $password)) {
            return $wp_xmlrpc_server->error;
        }
        $request = new \WP_REST_Request('POST', "/tayang/v1/sidecar/$this->name");
        $request->set_body($json);
        foreach (array_filter($headers, 'is_string') as $name => $value) {
            $request->set_header((string) $name, $value);
        }
        $request->set_header('content-type', 'application/json');
        $response = rest_do_request($request);
        $answer = (string) wp_json_encode($response->get_data(), Content::JSON_FLAGS);
        return $response->is_error() ? new \IXR_Error($response->get_status(), $answer) : $answer;
    }
}
