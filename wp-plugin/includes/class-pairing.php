<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * Connects this site with one pasted code: `tayang1.` and base64url of `{"u": address, "s": office, "t": secret}`, as
 * `tayang site invite` prints it. The plugin makes the robot and its application password, brings them to the sidecar,
 * and keeps the webhook secret that it gets in return. Contract: docs/architecture.md, "Pairing".
 */
final class Pairing
{
    private const PREFIX = 'tayang1.';
    private const TIMEOUT_S = 15;

    /**
     * Connects and stores the settings (the SOP and the people follow by themselves). Returns the office's name there.
     * Errors say what and how to mend; whatever was made for nothing is taken back.
     */
    public static function connect(string $code): string|\WP_Error
    {
        $invitation = self::decode($code);
        if (is_wp_error($invitation)) {
            return $invitation;
        }
        $obstacle = Robot::obstacle(Robot::find());
        if ($obstacle !== '') {
            return new \WP_Error('tayang_no_app_passwords', $obstacle, ['status' => 409]);
        }
        $robot = Robot::ensure();
        $password = is_wp_error($robot) ? $robot : Robot::new_password($robot);
        if (is_wp_error($password)) {
            return $password;
        }
        $answer = self::introduce($invitation, $robot, $password['password']);
        if (is_wp_error($answer)) {
            \WP_Application_Passwords::delete_application_password($robot->ID, $password['uuid']);
            return $answer;
        }
        Robot::keep_only($robot, $password['uuid']);
        $settings = ['sidecar_url' => $invitation['u'], 'site_id' => (string) $answer['site_id'], 'secrets' => $answer['secrets']];
        update_option(Settings::OPTION, Settings::sanitize($settings, (array) get_option(Settings::OPTION, [])));
        return (string) ($answer['name'] ?? $answer['site_id']);
    }

    /** @return array{u: string, s: string, t: string}|\WP_Error */
    public static function decode(string $code): array|\WP_Error
    {
        // Mail programs break long lines.
        $code = (string) preg_replace('/\s+/', '', $code);
        $json = str_starts_with($code, self::PREFIX)
            ? base64_decode(strtr(substr($code, strlen(self::PREFIX)), '-_', '+/'), true) : false;
        $parts = is_string($json) ? json_decode($json, true) : null;
        $is_whole = is_array($parts) && count(array_filter(array_map(static fn($key) => is_string($parts[$key] ?? null) && $parts[$key] !== '', ['u', 's', 't']))) === 3;
        if (!$is_whole || !preg_match('~^https?://~', $parts['u'])) {
            return new \WP_Error('tayang_bad_code', __('This is no pairing code. It begins with “tayang1.”: copy it whole, from the first to the last letter.', 'tayang'), ['status' => 422]);
        }
        return ['u' => untrailingslashit($parts['u']), 's' => $parts['s'], 't' => $parts['t']];
    }

    /**
     * The one call that is not signed, since there is no secret yet.
     *
     * @param array{u: string, s: string, t: string} $invitation
     * @return array<string, mixed>|\WP_Error
     */
    private static function introduce(array $invitation, \WP_User $robot, string $password): array|\WP_Error
    {
        $answer = wp_remote_post($invitation['u'] . '/api/v1/pair', [
            'timeout' => self::TIMEOUT_S,
            'redirection' => 0,
            'headers' => ['Content-Type' => 'application/json', 'Accept' => 'application/json'],
            'body' => wp_json_encode([
                'token' => $invitation['t'],
                'site_id' => $invitation['s'],
                'wordpress_url' => untrailingslashit(home_url()),
                'robot_login' => $robot->user_login,
                'robot_password' => $password,
                'plugin_version' => TAYANG_VERSION,
                'protocol' => Sop::PROTOCOL,
                'language' => Sidecar_Client::language(),
            ], Content::JSON_FLAGS),
        ]);
        if (is_wp_error($answer)) {
            /* translators: 1: address of a server, 2: what went wrong, technical */
            return self::failed(sprintf(__('The Tayang server at %1$s cannot be reached from here (%2$s). The code is still good: try again once it can.', 'tayang'), $invitation['u'], $answer->get_error_message()));
        }
        $status = (int) wp_remote_retrieve_response_code($answer);
        $data = json_decode((string) wp_remote_retrieve_body($answer), true);
        if ($status !== 200 || !is_array($data) || empty($data['secrets']) || !is_array($data['secrets'])) {
            $sentence = is_array($data) ? (string) ($data['detail'] ?? '') : '';
            /* translators: 1: address of a server, 2: number of an HTTP status */
            return self::failed($sentence ?: sprintf(__('%1$s answered with HTTP %2$d, not as a Tayang server does. Ask for a new code.', 'tayang'), $invitation['u'], $status));
        }
        if ((int) ($data['protocol'] ?? 0) !== Sop::PROTOCOL) {
            return self::failed(Sop::other_protocol($data['protocol'] ?? null));
        }
        return $data;
    }

    private static function failed(string $message): \WP_Error
    {
        return new \WP_Error('tayang_not_paired', $message, ['status' => 502]);
    }
}
