<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * Looks, one thing after the other, whether plugin and sidecar can work together, and says of each what was looked at.
 */
final class Connection_Test
{
    private const TIMEOUT_S = 8;

    public function __construct(
        private readonly Settings $settings,
        private readonly Sidecar_Client $sidecar,
        private readonly Sop $sop,
        private readonly Capabilities $capabilities
    ) {
    }

    /**
     * @return array<int, array{state: string, what: string, detail: string}> `state`: good | bad | unsure. What rests on
     * something that is bad is not tried.
     */
    public function run(): array
    {
        $results = [$this->reachable()];
        if ($results[0]['state'] === 'good') {
            $results[] = $signed = $this->signed();
            if ($signed['state'] === 'good') {
                $results[] = $this->sop_and_people();
            }
        }
        return [...$results, $this->rest(), ...$this->robot()];
    }

    /** @return array{state: string, what: string, detail: string} */
    private function reachable(): array
    {
        $what = __('The Tayang server answers', 'tayang');
        if (!$this->settings->is_complete()) {
            return self::result('bad', $what, __('Address, name or secret is missing: paste a pairing code, or enter them by hand.', 'tayang'));
        }
        $began = microtime(true);
        $answer = wp_remote_get($this->settings->sidecar_url() . '/healthz', ['timeout' => self::TIMEOUT_S, 'redirection' => 0]);
        $took = (int) round((microtime(true) - $began) * 1000);
        if (is_wp_error($answer)) {
            /* translators: 1: address of a server, 2: what went wrong, technical */
            return self::result('bad', $what, sprintf(__('Nothing answers at %1$s (%2$s). Is the address right, and does the host let WordPress out to it?', 'tayang'), $this->settings->sidecar_url(), $answer->get_error_message()));
        }
        $status = (int) wp_remote_retrieve_response_code($answer);
        if ($status !== 200) {
            /* translators: 1: address of a server, 2: number of an HTTP status */
            return self::result('bad', $what, sprintf(__('%1$s answers with HTTP %2$d. Is this the address of the Tayang server, and is it running?', 'tayang'), $this->settings->sidecar_url(), $status));
        }
        /* translators: 1: address of a server, 2: milliseconds */
        return self::result('good', $what, sprintf(__('%1$s, in %2$d ms.', 'tayang'), $this->settings->sidecar_url(), $took));
    }

    /** Also fetches the SOP. @return array{state: string, what: string, detail: string} */
    private function signed(): array
    {
        $what = __('Signature and protocol are accepted', 'tayang');
        $answer = $this->sop->refresh();
        if (!is_wp_error($answer)) {
            /* translators: 1: name of the office at the server, 2: number of the protocol */
            return self::result('good', $what, sprintf(__('As “%1$s”, protocol %2$d.', 'tayang'), $this->settings->site_id(), Sop::PROTOCOL));
        }
        $hint = in_array($answer->get_error_code(), ['bad_signature', 'unknown_site'], true)
            ? ' ' . __('Pair this site again: secret or name differ from those of the server.', 'tayang') : '';
        return self::result('bad', $what, $answer->get_error_message() . $hint);
    }

    /** @return array{state: string, what: string, detail: string} */
    private function sop_and_people(): array
    {
        $what = __('SOP and people', 'tayang');
        $sent = $this->capabilities->sync_all();
        if (is_wp_error($sent)) {
            return self::result('bad', $what, $sent->get_error_message());
        }
        $sop = $this->sop->data();
        $held = array_merge([], ...array_column(Capabilities::people(), 'roles'));
        $empty = array_diff(array_column($sop['roles'] ?? [], 'key'), $held);
        /* translators: 1: number of the SOP, 2: its title, 3: how many people */
        $detail = sprintf(__('SOP %1$s, %2$s. %3$d people have a part in it.', 'tayang'), (string) ($sop['number'] ?? ''), Sop::text($sop['title'] ?? ''), count(Capabilities::people()));
        if (!$empty) {
            return self::result('good', $what, $detail);
        }
        $names = implode(', ', array_map([$this->sop, 'role_name'], $empty));
        /* translators: %s: names of roles */
        return self::result('unsure', $what, $detail . ' ' . sprintf(__('Nobody holds: %s. Give the role to somebody under Users.', 'tayang'), $names));
    }

    /** The sidecar calls /wp-json/. @return array{state: string, what: string, detail: string} */
    private function rest(): array
    {
        $what = __('The REST interface of this site answers', 'tayang');
        if (!get_option('permalink_structure')) {
            return self::result('bad', $what, __('Permalinks are “plain”, so /wp-json/ does not exist. Choose any other form under Settings → Permalinks.', 'tayang'));
        }
        $url = rest_url('tayang/v1');
        $answer = wp_remote_get($url, ['timeout' => self::TIMEOUT_S, 'sslverify' => (bool) apply_filters('https_local_ssl_verify', false)]);
        $data = is_wp_error($answer) ? null : json_decode((string) wp_remote_retrieve_body($answer), true);
        if (is_array($data) && ($data['namespace'] ?? '') === 'tayang/v1') {
            return self::result('good', $what, $url);
        }
        $cause = is_wp_error($answer) ? $answer->get_error_message() : 'HTTP ' . wp_remote_retrieve_response_code($answer);
        /* translators: 1: address, 2: what went wrong, technical */
        return self::result('unsure', $what, sprintf(__('This site asked itself at %1$s and got no proper answer (%2$s). Some hosts forbid that; if a plugin blocks REST, the Tayang server can use XML-RPC instead.', 'tayang'), $url, $cause));
    }

    /** @return array<int, array{state: string, what: string, detail: string}> */
    private function robot(): array
    {
        $what = __('The Tayang server may come in', 'tayang');
        $robot = Robot::find();
        if (!$robot) {
            return [self::result('bad', $what, __('There is no user with the role Tayang. Pairing makes one; by hand: Users → Add New.', 'tayang'))];
        }
        $obstacle = Robot::obstacle($robot);
        $passwords = \WP_Application_Passwords::get_user_application_passwords($robot->ID);
        if ($obstacle !== '' || !$passwords) {
            return [self::result('bad', $what, $obstacle ?: __('Its user has no application password. Pair this site again, or make one on the user’s profile and tell it the server.', 'tayang'))];
        }
        $seen = Robot::last_seen($robot);
        return [$seen
            /* translators: 1: login, 2: date */
            ? self::result('good', $what, sprintf(__('As user “%1$s”; it last came on %2$s (WordPress notes the first time of a day).', 'tayang'), $robot->user_login, wp_date('j M Y, H.i T', $seen)))
            /* translators: %s: login */
            : self::result('unsure', $what, sprintf(__('User “%s” and its application password are there, but it has not come yet. It does with the first case; until then nobody can say from here whether it gets through.', 'tayang'), $robot->user_login))];
    }

    /** @return array{state: string, what: string, detail: string} */
    private static function result(string $state, string $what, string $detail): array
    {
        return compact('state', 'what', 'detail');
    }
}
