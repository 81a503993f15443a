<?php

namespace Tayang;

defined('ABSPATH') || exit;

/** One wrapped method of WordPress's XML-RPC server. */
final class Xmlrpc_Method
{
    private mixed $method;

    public function __construct(mixed $method, private readonly Refusals $refusals)
    {
        $this->method = $method;
    }

    /** Runs core's method; answers the sentence of what was refused meanwhile. */
    public function call(mixed $args): mixed
    {
        global $wp_xmlrpc_server;
        $this->refusals->take();
        $method = $this->method;
        if (is_string($method) && str_starts_with($method, 'this:')) {
            $method = [$wp_xmlrpc_server, substr($method, strlen('this:'))];
        }
        $result = call_user_func($method, $args);
        $refused = $this->refusals->take();
        return $refused ? new \IXR_Error(409, implode(' ', $refused)) : $result;
    }
}
